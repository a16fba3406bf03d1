// What is known of one line of a conversation: fields, properties, payload, bytes, and the lines of the scenario that
// are about it.

const longestText = 20_000; // characters that are shown at once

function scenarioLine(one, step, finding) {
    const place = `${one.scenario.file}:${finding?.line || step.line}:${finding?.column || step.column}`;
    return h(
        'div',
        { class: 'source' },
        h('div', { class: 'place' }, place),
        h(
            'pre',
            { class: 'code', tabindex: 0 },
            h('span', { class: 'line-number' }, `${finding?.line || step.line} `),
            shortened(finding?.sourceLine || step.text, 4000),
        ),
    );
}

// A few stand there; more are a click away.
function requirementsOf(data, ids) {
    if (ids.length <= 1) return sentences(data, ids);
    return h(
        'details',
        { class: 'small' },
        h('summary', {}, `${ids.length} requirements: ${shortened(ids.join(', '), 70)}`),
        sentences(data, ids),
    );
}

function sentences(data, ids) {
    return h(
        'ul',
        { class: 'sentences' },
        ids.map((id) => {
            const one = data.requirements.get(id);
            return h(
                'li',
                {},
                h('a', { href: routeTo({ view: 'coverage', requirement: id }), class: 'id' }, id),
                ' ',
                one ? [one.text, ' ', h('span', { class: 'muted' }, `(${one.weight})`)] : '',
            );
        }),
    );
}

// Long text is cut until the rest is asked for.
function longText(text, attributes) {
    const block = h('pre', { class: 'code', tabindex: 0, ...attributes });
    block.textContent = visible(text.slice(0, longestText), true);
    if (text.length <= longestText) return block;
    const more = h(
        'button',
        {
            type: 'button',
            class: 'button',
            on: {
                click: () => {
                    block.textContent = visible(text, true);
                    more.remove();
                },
            },
        },
        `Show all ${text.length} characters`,
    );
    return h('div', {}, block, more);
}

function hexDump(bytes, from = 0) {
    const lines = [];
    for (let at = from; at < bytes.length && lines.length < 4096; at += 16) {
        const part = bytes.subarray(at, at + 16);
        const text = Array.from(part, (one) => (one >= 32 && one < 127 ? String.fromCharCode(one) : '·')).join('');
        lines.push(`${at.toString(16).padStart(4, '0')}  ${hexOf(part).padEnd(47)}  ${text}`);
    }
    return lines.join('\n');
}

// One of several ways to show the same, the best of them first.
function ways(title, all) {
    const shown = h('div', {});
    const buttons = all.map(([name, make], i) => {
        const button = h(
            'button',
            {
                type: 'button',
                'aria-pressed': i === 0,
                on: {
                    click: () => {
                        for (const each of buttons) each.setAttribute('aria-pressed', each === button);
                        shown.replaceChildren(make());
                    },
                },
            },
            name,
        );
        return button;
    });
    shown.replaceChildren(all[0][1]());
    return h(
        'section',
        { class: 'detail' },
        h(
            'div',
            { class: 'split' },
            h('h4', {}, title),
            h('div', { class: 'segments', role: 'group', 'aria-label': `${title} as` }, buttons),
        ),
        shown,
    );
}

function payloadOf(bytes, cut) {
    if (bytes.length === 0) return h('section', { class: 'detail' }, h('h4', {}, 'Payload'), h('p', { class: 'muted' }, 'empty'));
    const text = utf8(bytes);
    const all = [];
    if (text !== null) {
        try {
            const json = JSON.stringify(JSON.parse(text), null, 2);
            all.push(['JSON', () => longText(json)]);
        } catch {}
        all.push(['text', () => longText(text)]);
    }
    all.push(['hex', () => longText(hexDump(bytes))]);
    return ways(`Payload, ${byteCount(bytes.length)}${cut ? ' kept' : ''}`, all);
}

function packetDetails(packet, bytes, cut) {
    const fields = table(
        'Fields',
        packet.fields.map((field) =>
            h(
                'tr',
                {},
                h('th', { scope: 'row' }, field.name),
                h('td', { class: 'data' }, shortened(field.value, 2000)),
                h('td', { class: 'bytes muted' }, field.to - field.from === 1 ? `${field.from}` : `${field.from}–${field.to - 1}`),
            ),
        ),
        ['field', 'value', 'bytes'],
    );
    const named = packet.fields.find((field) => field.name === 'topic' || field.name === 'user name');
    const properties = named ? propertiesOf(named.value) : [];
    return h(
        'div',
        {},
        fields,
        properties.length > 0
            ? table(
                  'Properties',
                  properties.map((one) =>
                      h(
                          'tr',
                          {},
                          h(
                              'th',
                              { scope: 'row', class: 'data' },
                              one.name,
                              one.meaning ? h('span', { class: 'muted' }, ` ${one.meaning}`) : '',
                          ),
                          h('td', { class: 'data' }, one.value ?? h('span', { class: 'muted' }, 'no value')),
                      ),
                  ),
              )
            : '',
        packet.payload ? payloadOf(bytes.subarray(packet.payload.from, packet.payload.to), cut) : '',
        packet.problem && !cut ? h('p', { class: 'muted' }, `Not decoded any further: ${packet.problem}.`) : '',
    );
}

// JSON within a line: `PATCH /twins/d {"a":1}`.
function jsonWithin(text) {
    for (const opening of ['{', '[']) {
        const at = text.indexOf(opening);
        if (at < 0) continue;
        try {
            return JSON.stringify(JSON.parse(text.slice(at)), null, 2);
        } catch {}
    }
    return null;
}

function lineDetails(one, line, event) {
    const parts = [];
    if (line.hex) {
        const { bytes, total } = readHex(line.hex);
        const cut = total > bytes.length;
        for (const packet of decodePackets(bytes)) parts.push(packetDetails(packet, bytes, cut));
        parts.push(
            h(
                'section',
                { class: 'detail' },
                h('h4', {}, cut ? `Bytes: the first ${bytes.length} of ${total}` : `Bytes, ${total}`),
                longText(hexDump(bytes)),
            ),
        );
    } else {
        const json = event ? JSON.stringify(event, null, 2) : jsonWithin(line.text);
        if (json) parts.push(h('section', { class: 'detail' }, h('h4', {}, event ? 'As it was recorded' : 'Its JSON'), longText(json)));
    }
    return parts;
}

function pinDetails(data, one, pin) {
    const ids = pin.finding?.requirements.length > 0 ? pin.finding.requirements : one.scenario.requirements;
    return h(
        'section',
        { class: `pinned tone-${pin.kind}` },
        h(
            'h4',
            {},
            icon(verdictNamed[pin.kind].icon),
            pin.finding ? ` ${verdictNamed[pin.kind].word}` : pin.kind === 'pass' ? ' satisfies' : ` ${verdictNamed[pin.kind].word}`,
        ),
        pin.step ? scenarioLine(one, pin.step, pin.finding) : '',
        // The case has the rest of the finding at its top.
        pin.finding ? comparison({ differences: pin.finding.differences }) : '',
        ids.length > 0
            ? h(
                  'details',
                  {},
                  h('summary', {}, ids.length === 1 ? `Requirement ${ids[0]}` : `${ids.length} requirements`),
                  sentences(data, ids),
              )
            : '',
    );
}

function comparison(finding) {
    const pair = (name, text, kind = 'data') => (text ? [h('dt', {}, name), h('dd', { class: kind }, shortened(text, 4000))] : '');
    return h(
        'dl',
        { class: 'comparison' },
        finding.expected ? [pair('expected', finding.expected), pair('actual', finding.actual || 'nothing came')] : '',
        finding.differences.map((text) => pair('differs', text)),
        pair('hint', finding.hint, 'data prose'),
    );
}

// `one` is a case with its scenario; `row` one of its diagram.
function rowDetails(data, one, row) {
    const who =
        row.ends && row.kind !== 'link'
            ? `${laneTitles[row.ends[0]] ?? row.ends[0]} → ${laneTitles[row.ends[1]] ?? row.ends[1]}`
            : row.ends
              ? `${laneTitles[row.ends[0]] ?? row.ends[0]} – hub`
              : 'bench';
    const cause =
        row.line && row.line.step !== null && !row.pins.some((pin) => pin.number === row.line.step) ? one.steps[row.line.step] : null;
    return [
        h('p', { class: 'muted small' }, `${who} · ${(row.at / 1000).toFixed(3)} ms`),
        h('p', { class: 'data said' }, shortened(row.label, 3000)),
        row.pins.map((pin) => pinDetails(data, one, pin)),
        cause ? h('section', { class: 'pinned' }, h('h4', {}, 'Belongs to'), scenarioLine(one, cause)) : '',
        row.line ? lineDetails(one, row.line, one.events?.[row.number]) : '',
    ].flat();
}
