// One case: what it is, what went wrong, its conversation, its scenario.

const badge = (key, word = verdictNamed[key].word) => h('span', { class: `badge tone-${key}` }, icon(verdictNamed[key].icon), word);
const chip = (text) => h('span', { class: 'chip data' }, text);

// The name without the axes, and the axes: "reported/patch [transport=tls, auth=sas]".
function nameParts(name) {
    const found = /^(.*?) \[(.*)\]( \(\d+\))?$/s.exec(name);
    return found ? { base: found[1] + (found[3] ?? ''), axes: found[2].split(', ') } : { base: name, axes: [] };
}

function findingCard(data, finding) {
    return h(
        'section',
        { class: `finding tone-${verdictOf[finding.verdict]}` },
        finding.expected ? '' : h('p', { class: 'data' }, shortened(finding.summary, 3000)),
        comparison(finding),
        finding.sourceLine
            ? h(
                  'pre',
                  { class: 'code', tabindex: 0 },
                  h('span', { class: 'line-number' }, `${finding.line} `),
                  shortened(finding.sourceLine, 4000),
              )
            : '',
        requirementsOf(data, finding.requirements),
    );
}

function facts(one) {
    const pair = (name, ...value) => h('div', {}, h('dt', {}, name), h('dd', {}, ...value));
    return h(
        'dl',
        { class: 'facts' },
        pair('Took', time(one.microseconds)),
        pair(
            'Checks',
            one.executed < one.planned
                ? `${one.executed} of ${one.planned} ran, ${one.passed} held`
                : `${one.passed} of ${one.planned} held`,
        ),
        pair('Level', one.scenario.level),
        pair('Scenario', h('code', { class: 'data' }, one.scenario.file)),
        one.scenario.tags.length > 0 ? pair('Tags', one.scenario.tags.map(chip)) : '',
    );
}

function stepsList(one, diagram) {
    const states = { passed: 'pass', failed: 'fail', warned: 'warn', done: 'none', 'not run': 'na' };
    const rows = one.steps.map((step, number) => {
        const key = states[step.state] ?? 'open';
        return h(
            'li',
            { class: `step tone-${key === 'none' ? 'na' : key}` },
            h(
                'button',
                {
                    type: 'button',
                    on: {
                        click: () => {
                            const row = diagram.rowOfStep(number);
                            if (row) diagram.select(row);
                            else say('No line of the conversation belongs to it.');
                        },
                    },
                },
                h(
                    'span',
                    { class: 'state' },
                    key === 'none' ? s('svg', { class: 'icon' }) : icon(verdictNamed[key].icon),
                    h('span', { class: 'visually-hidden' }, step.state),
                ),
                h('span', { class: 'line-number' }, step.line),
                h('code', { class: 'data' }, step.text.replace(/^- /, '')),
                step.state === 'not run' ? h('span', { class: 'muted small' }, 'not run') : '',
            ),
        );
    });
    return h('ol', { class: 'steps' }, rows);
}

// Where the details of the chosen line stand: beside the diagram, on a phone above the lower edge.
class Drawer {
    constructor(close) {
        this.title = h('h3', {}, 'A line of the conversation');
        this.body = h('div', { class: 'drawer-body' });
        this.element = h(
            'aside',
            { class: 'drawer', 'aria-label': 'Details of the chosen line' },
            h(
                'div',
                { class: 'split' },
                this.title,
                h('button', { type: 'button', class: 'tool', 'aria-label': 'Close the details', on: { click: close } }, icon('fail')),
            ),
            this.body,
        );
        this.empty();
    }
    empty() {
        this.element.classList.remove('open');
        this.title.textContent = 'Details';
        this.body.replaceChildren(
            h(
                'p',
                { class: 'muted' },
                'Choose a line of the conversation: its fields, its payload and the scenario line that waited for it.',
            ),
        );
    }
    show(title, content) {
        this.element.classList.add('open');
        this.title.textContent = visible(title);
        this.body.replaceChildren(...content);
        this.body.scrollTop = 0;
    }
}

const rowTitle = (row) => (row.kind === 'ghost' ? 'Nothing came' : row.ends ? (/^\S+/.exec(row.line.text)?.[0] ?? 'Line') : 'Note');

class CaseView {
    constructor(page, one, detail) {
        this.page = page;
        this.one = { ...one, ...detail, scenario: one.scenario, level: one.scenario.level };
        this.drawer = new Drawer(() => this.close());
        this.diagram = new Diagram(this.one, page.data.run.seat, one.name, (row) => this.choose(row));
        this.element = this.build();
    }

    build() {
        const { one } = this;
        const { data } = this.page;
        const { base, axes } = nameParts(one.name);
        const trace = one.trace.length > 0 || one.findings.some((finding) => finding.step !== null);
        return h(
            'article',
            { class: 'case' },
            this.pager(),
            h(
                'header',
                { class: 'case-head' },
                badge(one.verdict),
                h('h1', {}, one.scenario.title || base),
                h('p', { class: 'case-name' }, h('code', { class: 'data' }, base), ' ', axes.map(chip)),
            ),
            facts(one),
            one.reason ? h('p', { class: `reason tone-${one.verdict} data` }, one.reason) : '',
            one.findings.map((finding) => findingCard(data, finding)),
            one.notes.length > 0
                ? h(
                      'details',
                      { class: 'notes' },
                      h('summary', {}, plural(one.notes.length, 'note')),
                      h(
                          'ul',
                          {},
                          one.notes.map((note) => h('li', { class: 'data' }, note)),
                      ),
                  )
                : '',
            one.earlierAttempts.length > 0
                ? h('p', { class: 'muted' }, `Attempt ${one.earlierAttempts.length + 1}; earlier: ${one.earlierAttempts.join('; ')}`)
                : '',
            trace ? this.conversation() : h('p', { class: 'muted' }, 'Nothing was sent: there is no conversation.'),
            h('section', {}, h('h2', {}, 'Scenario'), stepsList(one, this.diagram)),
            one.scenario.requirements.length > 0
                ? h('section', {}, h('h2', {}, 'Requirements'), sentences(data, one.scenario.requirements))
                : '',
        );
    }

    conversation() {
        const all = h(
            'label',
            { class: 'check' },
            h('input', {
                type: 'checkbox',
                on: {
                    change: (event) => {
                        this.diagram.all = event.target.checked;
                        this.diagram.draw();
                    },
                },
            }),
            'every line of the bench',
        );
        return h(
            'section',
            { class: 'conversation' },
            h('div', { class: 'split' }, h('h2', {}, 'Conversation'), all),
            h('div', { class: 'stage' }, this.diagram.element, this.drawer.element),
        );
    }

    pager() {
        const shown = this.page.filtered();
        const at = shown.indexOf(this.page.data.byName.get(this.one.name));
        const link = (to, label, glyph) =>
            to
                ? h(
                      'a',
                      { class: 'tool', href: routeTo({ case: to.name }, this.page.route), 'aria-label': label, title: label },
                      icon(glyph),
                  )
                : h('span', { class: 'tool off' }, icon(glyph));
        return h(
            'nav',
            { class: 'pager', 'aria-label': 'Cases' },
            h('a', { class: 'back', href: routeTo({ view: 'cases' }, this.page.route) }, icon('back'), 'All cases'),
            h('span', { class: 'muted' }, at < 0 ? '' : `${at + 1} of ${shown.length}`),
            link(at > 0 && shown[at - 1], 'Previous case (p)', 'back'),
            link(at >= 0 && shown[at + 1], 'Next case (n)', 'next'),
        );
    }

    entered(route) {
        this.diagram.draw();
        const chosen = route.line === undefined ? this.diagram.worst() : this.diagram.rowOf(Number(route.line));
        // On a phone the details would hide what they are about.
        if (chosen && (route.line !== undefined || innerWidth > 900)) this.diagram.select(chosen, false);
        if (chosen && route.line !== undefined) reveal(chosen);
    }

    choose(row) {
        this.drawer.show(rowTitle(row), rowDetails(this.page.data, this.one, row));
        if (row.number !== undefined) this.page.remember({ line: row.number });
    }

    close() {
        this.drawer.empty();
        this.diagram.selected = null;
        this.diagram.mark();
        this.page.remember({ line: undefined });
    }

    key(key) {
        if (key === 'j' || key === 'ArrowDown') return (this.diagram.move(1), true);
        if (key === 'k' || key === 'ArrowUp') return (this.diagram.move(-1), true);
        if (key === 'n' || key === 'ArrowRight') return (this.turn(1), true);
        if (key === 'p' || key === 'ArrowLeft') return (this.turn(-1), true);
        if (key !== 'Escape') return false;
        if (this.drawer.element.classList.contains('open') && innerWidth <= 900) this.close();
        else location.hash = routeTo({ view: 'cases' }, this.page.route);
        return true;
    }

    turn(by) {
        const shown = this.page.filtered();
        const next = shown[shown.indexOf(this.page.data.byName.get(this.one.name)) + by];
        if (next) location.hash = routeTo({ case: next.name }, this.page.route);
    }
}
