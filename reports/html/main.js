// The page: the address says what is shown, this shows it.

// "#case=NAME&line=6", "#view=coverage&requirement=ID", "#verdict=fail&q=twin".
const filterNames = ['verdict', 'area', 'level', 'q'];
const routeNames = ['view', 'case', 'line', 'requirement', ...filterNames];

function routeTo(parts, from = {}) {
    const kept = Object.fromEntries(filterNames.map((name) => [name, from[name]]));
    const all = Object.entries({ ...kept, ...parts }).filter(
        ([name, value]) => routeNames.includes(name) && value !== undefined && value !== '',
    );
    return `#${all.map(([name, value]) => `${name}=${encodeURIComponent(value).replace(/%2F/g, '/')}`).join('&')}`;
}

function readRoute(hash) {
    const route = {};
    for (const part of hash.replace(/^#/, '').split('&')) {
        const equals = part.indexOf('=');
        const name = equals < 0 ? 'view' : part.slice(0, equals);
        try {
            if (routeNames.includes(name)) route[name] = decodeURIComponent(part.slice(equals + 1));
        } catch {}
    }
    return route;
}

const keysHelp = [
    ['j k ↓ ↑', 'next or previous: case, line, requirement'],
    ['Enter', 'open it'],
    ['n p → ←', 'next or previous case, within a case'],
    ['/', 'search'],
    ['Esc', 'close, go back, clear the filter'],
    ['o c v', 'overview, cases, coverage'],
    ['t', 'light, dark, or as the system has it'],
    ['?', 'this help'],
];

class Page {
    constructor(data) {
        this.data = data;
        this.main = document.getElementById('main');
        this.views = new Map();
        this.scrolls = new Map();
        this.route = readRoute(location.hash);
        this.list = new CaseList(this);
        const names = [
            ['', 'Overview'],
            ['cases', 'Cases'],
            ['coverage', 'Coverage'],
            ...(data.certificate ? [['certificate', 'Certificate']] : []),
        ];
        this.links = names.map(([view, title]) => h('a', { href: routeTo({ view }), 'data-view': view }, title));
        document.getElementById('views').replaceChildren(...this.links);
        addEventListener('hashchange', () => this.go());
        addEventListener('keydown', (event) => this.key(event));
        history.scrollRestoration = 'manual';
        this.title = document.title;
    }

    filtered() {
        const key = filterNames.map((name) => this.route[name] ?? '').join('\n');
        if (this.filteredFor !== key) {
            this.filteredFor = key;
            this.filteredCases = select(this.data, this.route);
        }
        return this.filteredCases;
    }
    forget() {
        this.filteredFor = undefined;
    }

    // Another filter is the same page: it gets no entry in the history.
    filter(parts) {
        this.remember(parts);
        this.list.update();
    }
    remember(parts) {
        this.route = { ...this.route, ...parts };
        history.replaceState(null, '', routeTo(this.route, this.route));
    }

    view() {
        const name = this.route.case !== undefined ? 'case' : (this.route.view ?? '');
        const make = {
            '': () => new Overview(this, this.list),
            cases: () => new CasesView(this.list),
            coverage: () => new Coverage(this),
            certificate: () => new Certificate(this),
        };
        const known = name in make && (name !== 'certificate' || this.data.certificate) ? name : '';
        if (!this.views.has(known)) this.views.set(known, make[known]());
        return [known, this.views.get(known)];
    }

    async go() {
        const hash = location.hash;
        if (hash === '#main') return this.main.focus();
        if (this.shownAt !== undefined) this.scrolls.set(this.shownAt, scrollY);
        this.route = readRoute(hash);
        let [name, view] = this.route.case === undefined ? this.view() : ['case', null];
        if (name === 'case') {
            view = await this.caseView(this.route.case);
            if (location.hash !== hash) return;
        }
        const back = this.shownAt === 'case' && name !== 'case';
        const same = this.current === view;
        this.current = view;
        this.shownAt = name;
        if (!same || !view.element.isConnected) this.main.replaceChildren(view.element);
        for (const link of this.links) {
            const here = link.dataset.view === (name === 'case' ? 'cases' : name);
            if (here) (link.setAttribute('aria-current', 'page'), link.scrollIntoView({ block: 'nearest', inline: 'nearest' }));
            else link.removeAttribute('aria-current');
        }
        if (!same || name !== 'case') scrollTo(0, back ? (this.scrolls.get(name) ?? 0) : 0);
        view.entered?.(this.route);
        if (back) scrollTo(0, this.scrolls.get(name) ?? 0);
        document.title = name === 'case' ? `${shortened(this.route.case, 100)} · hubspec` : this.title;
        if (!same) this.tellArrival(name);
    }

    tellArrival(name) {
        if (this.arrived) this.main.focus({ preventScroll: true });
        this.arrived = true;
        say(name === 'case' ? `Case ${this.route.case}` : (this.links.find((one) => one.dataset.view === name)?.textContent ?? ''));
    }

    async caseView(name) {
        const one = this.data.byName.get(name);
        if (!one)
            return {
                element: h('p', { class: 'lead' }, 'There is no case of this name in this report: ', h('code', { class: 'data' }, name)),
            };
        return new CaseView(this, one, await this.data.blocks.caseAt(one.number));
    }

    key(event) {
        if (event.ctrlKey || event.metaKey || event.altKey || document.getElementById('keys').open) return;
        const { key } = event;
        if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
            if (key !== 'Escape') return;
            if (event.target.value === '' || event.target.tagName === 'SELECT') event.target.blur();
            else (this.filter({ q: '' }), (event.target.value = ''));
            return;
        }
        if (this.act(key)) event.preventDefault();
    }

    act(key) {
        if (key === '?') return (showHelp(), true);
        if (key === 't') return (turnTheme(), true);
        if (this.current?.key?.(key)) return true;
        const view = { o: '', c: 'cases', v: 'coverage' }[key];
        if (view !== undefined) return ((location.hash = routeTo({ view })), true);
        if (key === '/')
            return ((location.hash = routeTo({ view: 'cases' }, this.route)), setTimeout(() => this.list.search.focus(), 50), true);
        if (key === 'Escape') return ((location.hash = '#'), true);
        return false;
    }
}

function showHelp() {
    const dialog = document.getElementById('keys');
    dialog.replaceChildren(
        h('h2', { id: 'keys-title' }, 'Keyboard'),
        h(
            'dl',
            { class: 'keys' },
            keysHelp.map(([keys, what]) =>
                h(
                    'div',
                    {},
                    h(
                        'dt',
                        {},
                        keys.split(' ').map((one) => h('kbd', {}, one)),
                    ),
                    h('dd', {}, what),
                ),
            ),
        ),
        h('p', { class: 'muted' }, 'The address of the page is a link to what it shows. Nothing is loaded from anywhere.'),
        h('form', { method: 'dialog' }, h('button', { class: 'button' }, 'Close')),
    );
    dialog.showModal();
}

const themes = ['system', 'light', 'dark'];

// A browser that keeps nothing for files is no reason to fail.
function keepTheme(theme) {
    try {
        if (theme === undefined) return localStorage.getItem('hubspec-theme');
        localStorage.setItem('hubspec-theme', theme);
    } catch {}
    return null;
}

function useTheme(theme) {
    const root = document.documentElement;
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    else delete root.dataset.theme;
    const words = { light: 'Colours: light', dark: 'Colours: dark' };
    document.getElementById('theme').setAttribute('aria-label', words[theme] ?? 'Colours: as the system has them');
    document.getElementById('theme').title = words[theme] ?? 'Colours: as the system has them';
}

function turnTheme() {
    const now = document.documentElement.dataset.theme ?? 'system';
    const next = themes[(themes.indexOf(now) + 1) % themes.length];
    useTheme(next);
    keepTheme(next);
    say(document.getElementById('theme').title);
}

async function start() {
    useTheme(keepTheme());
    document.getElementById('theme').addEventListener('click', turnTheme);
    document.getElementById('help').addEventListener('click', showHelp);
    try {
        const page = new Page(readIndex(JSON.parse(await inflate('index'))));
        await page.go();
        document.documentElement.dataset.ready = 'true';
        performance.mark('ready');
    } catch (problem) {
        const old = typeof DecompressionStream === 'undefined';
        document
            .getElementById('main')
            .replaceChildren(
                h(
                    'p',
                    { class: 'reason tone-error' },
                    old
                        ? 'This browser is too old for this page: it cannot open what is compressed in it.'
                        : `This page is damaged: ${problem.message}`,
                ),
            );
        throw problem;
    }
}
start();
