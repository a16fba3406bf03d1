// What a device claims, and what the run says of it.

const certificateTone = { conformant: 'pass', 'conformant with warnings': 'warn', 'not conformant': 'fail', 'not complete': 'open' };

function claimRow(one) {
    const key = one.verdict === '' ? 'na' : (verdictOf[one.verdict] ?? 'na');
    return h(
        'tr',
        {},
        h('th', { scope: 'row', class: 'name' }, one.name),
        h('td', {}, one.claim),
        h(
            'td',
            {},
            one.verdict === '' ? '' : badge(key, one.verdict),
            one.cases > 0 ? h('span', { class: 'muted small' }, ` ${plural(one.cases, 'case')}`) : '',
        ),
    );
}

function reconnectRow(one) {
    const figure = (milliseconds) => h('td', { class: 'number' }, time(milliseconds * 1000));
    return h(
        'tr',
        {},
        h('th', { scope: 'row', class: 'data' }, one.after),
        h('td', { class: 'number' }, one.times),
        figure(one.least),
        figure(one.median),
        figure(one.most),
        h('td', { class: 'number' }, `${Math.round(one.jitter * 100)} %`),
        h('td', {}, one.series.map((each) => time(each * 1000)).join(' → ')),
    );
}

const part = (title, empty, rows, heads, under) =>
    h(
        'section',
        {},
        h('h2', {}, title),
        under && rows.length > 0 ? h('p', { class: 'muted' }, under) : '',
        rows.length === 0
            ? h('p', { class: 'muted' }, empty)
            : h('div', { class: 'wide' }, table('', rows, heads)),
    );

class Certificate {
    constructor(page) {
        const { certificate, run, requirements } = page.data;
        const tone = certificateTone[certificate.verdict] ?? 'open';
        const fact = (name, value) => h('tr', {}, h('th', { scope: 'row' }, name), h('td', { class: 'data' }, value));
        this.element = h(
            'div',
            { class: 'certificate' },
            h(
                'section',
                { class: `hero tone-${tone}` },
                h('div', { class: 'hero-icon', 'aria-hidden': 'true' }, icon(verdictNamed[tone].icon)),
                h(
                    'div',
                    { class: 'hero-text' },
                    h('h1', {}, `${certificate.device} ${certificate.version}`.trim()),
                    h('p', { class: 'lead' }, certificate.verdict),
                ),
            ),
            part('Claims', 'It claims nothing.', certificate.claims.map(claimRow), ['claim', 'seen', 'verdict']),
            part(
                'Coming back',
                'It lost no connection.',
                certificate.reconnects.map(reconnectRow),
                ['after', 'times', 'least', 'median', 'most', 'jitter', 'in a series'],
                'How long the device stayed away after it had lost a connection. A series shows whether it backs off.',
            ),
            part(
                'Exceptions',
                'None.',
                certificate.exceptions.map(([id, reason]) =>
                    h(
                        'tr',
                        {},
                        h(
                            'th',
                            { scope: 'row' },
                            requirements.has(id) ? h('a', { href: routeTo({ view: 'coverage', requirement: id }) }, id) : id,
                        ),
                        h('td', { class: 'data' }, reason),
                    ),
                ),
            ),
            part(
                'Not tested',
                'Everything applied.',
                certificate.notTested.map(([reason, scenarios]) =>
                    h('tr', {}, h('th', { scope: 'row', class: 'data' }, reason), h('td', { class: 'data' }, scenarios.join(', '))),
                ),
            ),
            part('What was certified', '', [
                fact('Protocol', `Azure IoT Hub over MQTT 3.1.1, api-version ${run.apiVersion}`),
                fact('When', run.startedAt),
                fact('With', `hubspec ${run.toolVersion} on ${certificate.system}`),
                fact('Suite', certificate.isWhole ? 'whole' : 'a part of it'),
                fact('Suite, SHA-256', certificate.suiteHash),
                fact('Statement, SHA-256', certificate.statementHash),
            ]),
        );
    }
}
