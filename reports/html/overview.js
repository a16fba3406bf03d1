// The first page: the answer, then what failed and why, then everything.

function startedAt(text) {
    const date = new Date(text);
    return Number.isNaN(date.getTime()) ? text : h('time', { datetime: text }, `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`);
}

function runFacts(run) {
    const parts = [
        h('span', {}, 'against ', h('strong', { class: 'data' }, run.target)),
        startedAt(run.startedAt),
        time(run.durationMicroseconds),
        `hubspec ${run.toolVersion}`,
        run.hostName && `on ${run.hostName}`,
        run.shard && `shard ${run.shard.index}/${run.shard.count}`,
        run.apiVersion && `api-version ${run.apiVersion}`,
    ];
    return h(
        'ul',
        { class: 'run-facts' },
        parts.filter(Boolean).map((part) => h('li', {}, part)),
    );
}

function proportions(data) {
    const total = Math.max(1, data.cases.length);
    const bars = worstFirst
        .slice()
        .reverse()
        .filter((key) => data.counts[key] > 0);
    const bar = h(
        'div',
        { class: 'bar-of', 'aria-hidden': 'true' },
        bars.map((key) => {
            const part = h('span', { class: `tone-${key}` });
            part.style.flexGrow = Math.max(data.counts[key] / total, 0.006);
            return part;
        }),
    );
    const counts = h(
        'ul',
        { class: 'counts' },
        worstFirst
            .filter((key) => data.counts[key] > 0)
            .map((key) =>
                h(
                    'li',
                    {},
                    h(
                        'a',
                        { href: routeTo({ view: 'cases', verdict: key }), class: `count tone-${key}` },
                        icon(verdictNamed[key].icon),
                        h('strong', {}, data.counts[key]),
                        ` ${verdictNamed[key].many}`,
                    ),
                ),
            ),
    );
    return [bar, counts];
}

function checksLine(data) {
    const ran = data.cases.filter((one) => one.verdict !== 'na');
    const sum = (name) => ran.reduce((total, one) => total + one[name], 0);
    const [planned, executed, passed] = ['planned', 'executed', 'passed'].map(sum);
    const silent = planned - executed;
    return h(
        'p',
        { class: 'muted' },
        `${executed} of ${plural(planned, 'check')} ran, ${passed} held${silent > 0 ? `; ${silent} never ran` : ''}.`,
    );
}

function answer(data) {
    const { run, headline } = data;
    const key = verdictOf[headline.verdict];
    return h(
        'section',
        { class: `hero tone-${key}`, 'aria-labelledby': 'answer' },
        h('div', { class: 'hero-icon', 'aria-hidden': 'true' }, icon(verdictNamed[key].icon)),
        h(
            'div',
            { class: 'hero-text' },
            h('h1', { id: 'answer' }, headline.text),
            runFacts(run),
            run.setupFailure ? h('p', { class: 'data reason tone-error' }, run.setupFailure) : '',
            run.interrupted ? h('p', { class: 'reason tone-open' }, 'The run was interrupted: what follows is not all of it.') : '',
            run.deviations.length > 0
                ? h('p', { class: 'muted' }, 'The reference hub was wrong on purpose: ', run.deviations.map(chip))
                : '',
        ),
        h('div', { class: 'hero-counts' }, proportions(data), checksLine(data)),
    );
}

// Requirements that this run says something about, by area and level.
function areaRow(area, page) {
    const tally = new Map(levels.map((level) => [level, { held: 0, excused: 0, warned: 0, failed: 0, undecided: 0 }]));
    for (const { id } of area.requirements) {
        const one = page.data.requirements.get(id);
        const level = tally.get(one.level);
        if (['proven', 'covered', 'watched'].includes(one.state)) level.held += 1;
        else if (level[one.state] !== undefined) level[one.state] += 1;
    }
    const cell = (level) => {
        const { held, excused, warned, failed, undecided } = tally.get(level);
        if (held + excused + warned + failed + undecided === 0)
            return h('td', { class: 'muted' }, h('span', { class: 'visually-hidden' }, 'none'));
        const part = (number, key, word) =>
            number > 0
                ? h(
                      'span',
                      { class: `tally tone-${key}` },
                      icon(verdictNamed[key].icon),
                      number,
                      h('span', { class: 'visually-hidden' }, ` ${word}`),
                  )
                : '';
        return h(
            'td',
            {},
            h(
                'span',
                { class: 'tallies' },
                part(failed, 'fail', 'failed'),
                part(undecided, 'open', 'undecided'),
                part(warned, 'warn', 'warned'),
                part(excused, 'expected', 'broken as expected'),
                part(held, 'pass', 'held'),
            ),
        );
    };
    const any = [...tally.values()].some((each) => Object.values(each).some(Boolean));
    if (!any) return null;
    return h(
        'tr',
        {},
        h(
            'th',
            { scope: 'row' },
            h(
                'a',
                { href: routeTo({ view: 'cases', area: area.name }) },
                h('span', { class: 'id data' }, area.name),
                ' ',
                h('span', { class: 'area-title' }, area.title),
            ),
        ),
        ['must', 'should', 'may'].map(cell),
    );
}

const oneAreaTable = (rows) =>
    h(
        'div',
        { class: 'wide' },
        h(
            'table',
            { class: 'plain area-table' },
            h(
                'thead',
                {},
                h(
                    'tr',
                    {},
                    ['Area', 'must', 'should', 'may'].map((head) => h('th', { scope: 'col' }, head)),
                ),
            ),
            h('tbody', {}, rows),
        ),
    );

// Many of them stand in two columns, where there is room.
function areaTable(rows) {
    const half = Math.ceil(rows.length / 2);
    return rows.length <= 6
        ? oneAreaTable(rows)
        : h('div', { class: 'two' }, oneAreaTable(rows.slice(0, half)), oneAreaTable(rows.slice(half)));
}

// Areas with trouble are in sight; those that held in full are a click away.
function areas(page) {
    const rows = page.data.areas.map((area) => areaRow(area, page)).filter(Boolean);
    if (rows.length === 0) return '';
    const troubled = rows.filter((row) => row.querySelector('.tone-fail, .tone-open, .tone-warn, .tone-expected'));
    const held = rows.filter((row) => !troubled.includes(row));
    return h(
        'section',
        { class: 'areas', 'aria-labelledby': 'areas-title' },
        h(
            'div',
            { class: 'split' },
            h('h2', { id: 'areas-title' }, 'Requirements by area'),
            h('a', { href: routeTo({ view: 'coverage' }) }, 'Coverage of the protocol'),
        ),
        troubled.length > 0 ? areaTable(troubled) : '',
        held.length > 0
            ? h(
                  'details',
                  { open: troubled.length === 0 && held.length <= 8 },
                  h(
                      'summary',
                      {},
                      troubled.length > 0
                          ? `${plural(held.length, 'more area')} held in full`
                          : `All ${plural(held.length, 'area')} held in full`,
                  ),
                  areaTable(held),
              )
            : '',
    );
}

// A failure: the first of the cases that failed alike, with the others a click away.
class FailureCard {
    constructor(page, failure) {
        Object.assign(this, { page, failure, first: page.data.cases[failure.first] });
        this.element = h('article', { class: `failure tone-${this.first.verdict}` }, ...this.content());
    }

    content() {
        const { page, failure, first } = this;
        const { base, axes } = nameParts(first.name);
        const conversation = h(
            'details',
            { class: 'excerpt', on: { toggle: () => conversation.open && this.openConversation(conversation) } },
            h('summary', {}, 'Conversation'),
        );
        return [
            h(
                'header',
                {},
                badge(first.verdict),
                h('h3', {}, h('a', { href: routeTo({ case: first.name }) }, first.scenario.title || base)),
                h('p', { class: 'case-name' }, h('code', { class: 'data' }, base), ' ', axes.map(chip)),
            ),
            failure.findings.map((finding) => findingCard(page.data, finding)),
            failure.findings.length === 0 && first.reason ? h('p', { class: 'data reason' }, first.reason) : '',
            conversation,
            failure.alike.length > 0
                ? h(
                      'details',
                      {},
                      h('summary', {}, `${plural(failure.alike.length, 'more case')} ended alike`),
                      h(
                          'ul',
                          { class: 'alike' },
                          failure.alike
                              .slice(0, 200)
                              .map((number) =>
                                  h(
                                      'li',
                                      {},
                                      h(
                                          'a',
                                          { class: 'data', href: routeTo({ case: page.data.cases[number].name }) },
                                          page.data.cases[number].name,
                                      ),
                                  ),
                              ),
                          failure.alike.length > 200 ? h('li', { class: 'muted' }, `and ${failure.alike.length - 200} more`) : '',
                      ),
                  )
                : '',
        ];
    }

    async openConversation(place) {
        if (this.diagram) return;
        const { page, first } = this;
        this.diagram = new Diagram(
            { ...(await page.data.blocks.caseAt(first.number)), scenario: first.scenario },
            page.data.run.seat,
            first.name,
            (row) => {
                location.hash = routeTo({ case: first.name, line: row.number });
            },
        );
        place.append(this.diagram.element);
        this.diagram.draw();
    }
}

// Cards are made as they come into view: hundreds may have failed.
class Failures {
    constructor(page) {
        this.page = page;
        this.made = 0;
        this.all = page.data.failures;
        this.cards = h('div', { class: 'failures' });
        this.end = h('div', { class: 'sentinel' });
        this.element = h(
            'section',
            { 'aria-labelledby': 'failed-title' },
            h('h2', { id: 'failed-title' }, this.title()),
            this.cards,
            this.end,
        );
        new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && this.more(), { rootMargin: '1200px' }).observe(
            this.end,
        );
        addEventListener('beforeprint', () => this.more(Infinity));
        this.more();
    }
    title() {
        const worst = this.all.some((one) => this.page.data.cases[one.first].verdict !== 'warn');
        return worst ? 'What did not hold, and why' : 'Warnings';
    }
    more(count = 10) {
        const next = this.all.slice(this.made, this.made + count);
        this.made += next.length;
        this.cards.append(...next.map((one) => new FailureCard(this.page, one).element));
        if (this.made >= this.all.length) this.end.remove();
        if (this.made === next.length && next.length > 0) this.cards.querySelector('.excerpt').open = true;
    }
}

class Overview {
    constructor(page, list) {
        this.list = list;
        this.element = h(
            'div',
            { class: 'overview' },
            answer(page.data),
            areas(page),
            page.data.failures.length > 0 ? new Failures(page).element : '',
        );
    }
    entered() {
        this.element.append(this.list.element);
        this.list.update();
    }
    // From failure to failure, and behind the last one into the list.
    key(key) {
        const by = key === 'j' || key === 'ArrowDown' ? 1 : key === 'k' || key === 'ArrowUp' ? -1 : 0;
        const links = [...this.element.querySelectorAll('.failure h3 a')];
        const at = links.indexOf(document.activeElement);
        const next = links[Math.max(0, at + by)];
        if (by === 0 || !next || this.list.element.contains(document.activeElement)) return this.list.key(key);
        next.focus({ preventScroll: true });
        next.closest('.failure').scrollIntoView({ block: 'start' });
        return true;
    }
}

class CasesView {
    constructor(list) {
        this.list = list;
        this.element = h('div', {}, h('h1', { class: 'visually-hidden' }, 'Cases'));
    }
    entered() {
        this.element.append(this.list.element);
        this.list.update();
    }
    key(key) {
        return this.list.key(key);
    }
}
