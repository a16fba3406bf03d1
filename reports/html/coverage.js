// The protocol in its own order, each sentence as this run leaves it.

const coverageOrder = [
    'failed',
    'warned',
    'excused',
    'undecided',
    'proven',
    'covered',
    'watched',
    'not run',
    'hole',
    'left out',
    'not observable',
    'binds others',
];
const stateBadge = (state) =>
    h(
        'span',
        { class: `badge tone-${standings[state].tone} state-${state.replace(' ', '-')}` },
        icon(standings[state].icon),
        standings[state].word,
    );

function caseLinks(one) {
    if (one.cases.length === 0) return '';
    const link = (each) =>
        h(
            'li',
            {},
            h(
                'a',
                { class: 'data', href: routeTo({ case: each.name }) },
                icon(verdictNamed[each.verdict].icon),
                h('span', { class: 'visually-hidden' }, `${verdictNamed[each.verdict].word}: `),
                each.name,
            ),
        );
    const worst = one.cases.slice().sort((a, b) => worstFirst.indexOf(a.verdict) - worstFirst.indexOf(b.verdict));
    return h(
        'details',
        {},
        h('summary', {}, `${plural(one.cases.length, 'case')} in this run`),
        h(
            'ul',
            { class: 'alike' },
            worst.slice(0, 60).map(link),
            worst.length > 60 ? h('li', { class: 'muted' }, `and ${worst.length - 60} more`) : '',
        ),
    );
}

function requirementDetails(one) {
    const known = (title, items) =>
        items.length > 0
            ? h(
                  'details',
                  {},
                  h('summary', {}, title),
                  h(
                      'ul',
                      { class: 'alike' },
                      items.map((item) => h('li', { class: 'data' }, item)),
                  ),
              )
            : '';
    return h(
        'div',
        { class: 'requirement-more' },
        h('p', { class: 'muted' }, standings[one.state].text, one.reason ? ` ${one.reason}` : ''),
        h('p', { class: 'muted' }, `${one.weight}; binds ${one.binds}; observable: ${one.observable}`),
        caseLinks(one),
        known(plural(one.scenarios.length, 'scenario verifies it', 'scenarios verify it'), one.scenarios),
        known(`Proven by ${plural(one.proof.length, 'deviation')}`, one.proof),
    );
}

class Coverage {
    constructor(page) {
        this.page = page;
        const { data } = page;
        const counts = Object.fromEntries(coverageOrder.map((state) => [state, 0]));
        for (const one of data.requirements.values()) counts[one.state] += 1;
        this.shown = new Set();
        this.legend = h(
            'div',
            { class: 'toggles', role: 'group', 'aria-label': 'Show only' },
            coverageOrder
                .filter((state) => counts[state] > 0)
                .map((state) =>
                    h(
                        'button',
                        {
                            type: 'button',
                            class: `toggle tone-${standings[state].tone} state-${state.replace(' ', '-')}`,
                            'aria-pressed': false,
                            title: standings[state].text,
                            on: { click: (event) => this.toggle(state, event.currentTarget) },
                        },
                        icon(standings[state].icon),
                        standings[state].word,
                        ' ',
                        h('span', { class: 'number' }, counts[state]),
                    ),
                ),
        );
        this.empty = h('p', { class: 'muted', hidden: true }, 'No requirement stands so.');
        const held = counts.proven + counts.covered + counts.watched;
        const testable = held + counts.failed + counts.warned + counts.excused + counts.undecided + counts['not run'] + counts.hole;
        this.element = h(
            'div',
            { class: 'coverage' },
            h('h1', {}, 'Coverage of the protocol'),
            h(
                'p',
                { class: 'lead' },
                `${held} of ${plural(testable, 'requirement')} that can be tested here held in this run, ${counts.proven} of them proven: their cases are known to fail where they are broken.`,
            ),
            this.legend,
            this.map(data),
            this.empty,
            data.areas.map((area) => this.area(area)),
        );
    }

    // The whole catalogue at a glance: a square for each requirement.
    map(data) {
        return h(
            'section',
            { class: 'map', 'aria-label': 'Map of the requirements' },
            data.areas.map((area) =>
                h(
                    'div',
                    { class: 'map-area' },
                    h('a', { class: 'map-name data', href: routeTo({ view: 'coverage', area: area.name }) }, area.name),
                    h(
                        'div',
                        { class: 'cells' },
                        area.requirements.map(({ id }) => {
                            const one = data.requirements.get(id);
                            return h(
                                'a',
                                {
                                    class: `cell tone-${standings[one.state].tone} state-${one.state.replace(' ', '-')}`,
                                    href: routeTo({ view: 'coverage', requirement: id }),
                                    title: `${id}: ${one.state}. ${one.text}`,
                                    'aria-label': `${id}, ${standings[one.state].word}`,
                                    'data-state': one.state,
                                },
                                icon(standings[one.state].icon),
                            );
                        }),
                    ),
                ),
            ),
        );
    }

    area(area) {
        const rows = area.requirements.map(({ id }) => this.row(this.page.data.requirements.get(id)));
        return h(
            'section',
            { class: 'chapter', id: `area-${area.name}`, 'aria-label': area.title },
            h('h2', {}, h('span', { class: 'id data' }, area.name), ' ', area.title),
            h('ul', { class: 'requirements' }, rows),
        );
    }

    row(one) {
        const more = h(
            'details',
            {
                class: 'requirement',
                id: `requirement-${one.id}`,
                'data-state': one.state,
                on: { toggle: () => more.open && more.children.length === 1 && more.append(requirementDetails(one)) },
            },
            h(
                'summary',
                {},
                stateBadge(one.state),
                h('span', { class: 'id data' }, one.id),
                h('span', { class: 'level' }, one.level),
                h('span', { class: 'sentence' }, one.text),
            ),
        );
        return h('li', { 'data-state': one.state }, more);
    }

    toggle(state, button) {
        if (!this.shown.delete(state)) this.shown.add(state);
        button.setAttribute('aria-pressed', this.shown.has(state));
        let any = false;
        for (const chapter of this.element.querySelectorAll('.chapter')) {
            let left = 0;
            for (const item of chapter.querySelectorAll('li[data-state]')) {
                item.hidden = this.shown.size > 0 && !this.shown.has(item.dataset.state);
                left += item.hidden ? 0 : 1;
            }
            chapter.hidden = left === 0;
            any ||= left > 0;
        }
        for (const cell of this.element.querySelectorAll('.cell'))
            cell.classList.toggle('faint', this.shown.size > 0 && !this.shown.has(cell.dataset.state));
        this.empty.hidden = any;
    }

    entered(route) {
        const target = route.requirement
            ? document.getElementById(`requirement-${route.requirement}`)
            : route.area
              ? document.getElementById(`area-${route.area}`)
              : null;
        if (!target) return;
        if (route.requirement) {
            target.closest('.chapter').hidden = target.closest('li').hidden = false;
            target.open = true;
        }
        target.scrollIntoView({ block: route.requirement ? 'center' : 'start' });
        (target.querySelector('summary') ?? target).focus?.({ preventScroll: true });
    }

    key(key) {
        const rows = [...this.element.querySelectorAll('.requirement > summary')].filter((one) => one.offsetParent);
        const at = rows.indexOf(document.activeElement);
        const by = key === 'j' || key === 'ArrowDown' ? 1 : key === 'k' || key === 'ArrowUp' ? -1 : 0;
        if (by === 0) return false;
        const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
        next?.focus({ preventScroll: true });
        next?.scrollIntoView({ block: 'nearest' });
        return true;
    }
}
