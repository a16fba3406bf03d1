#include "harness/scenario/scenario_file.hpp"

#include <algorithm>
#include <set>

#include "harness/scenario/conversation.hpp"
#include "harness/scenario/expression.hpp"
#include "harness/scenario/read.hpp"
#include "harness/scenario/steps.hpp"

namespace hubspec::scenario {

using namespace model;

namespace {

constexpr std::size_t most_cases = 1000;

bool is_own_name(const std::string& text) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    const auto fits = [&](char c) { return letter(c) || (c >= '0' && c <= '9'); };
    return !text.empty() && letter(text.front()) && std::all_of(text.begin(), text.end(), fits);
}

bool is_tag(const std::string& text) {
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
    return !text.empty() && text.front() != '-' && text.front() != '_' && std::all_of(text.begin(), text.end(), fits);
}

std::vector<std::string> read_tags(const yaml::Node& node, Scope& scope) {
    auto tags = yaml::read_texts(node, "tags", scope.diagnostics);
    const auto* list = node.sequence();
    for (std::size_t i = 0; list != nullptr && i < list->items.size(); ++i)
        if (const auto* text = list->items[i].text(); text != nullptr && !list->items[i].broken && !is_tag(*text))
            scope.say(yaml::at(list->items[i],
                               "a tag has lower-case letters, digits, '-' and '_' only, not '" + *text + "'"));
    return tags;
}

std::vector<Seat> read_seats(const yaml::Node& node, Diagnostics& diagnostics) {
    const auto word = yaml::read_word(node, "seat", {"device", "hub", "both"}, diagnostics);
    if (word && *word == "both") return {Seat::device, Seat::hub};
    return {word && *word == "hub" ? Seat::hub : Seat::device};
}

// The hub must offer what the lines need and nothing else; the harness's own device does whatever they say.
std::string applies_in_seat(const yaml::Node& node, const std::string& text, const Expression& expression,
                            Scope& scope) {
    if (!scope.is_shared) return text;
    for (const auto& name : names_in(expression))
        if (!name.starts_with("ics."))
            scope.say(yaml::at(node,
                               "in a text for both seats 'applies' speaks of the device's statement, as in "
                               "'ics.twin', not of '" +
                                   name + "'"));
    return scope.seat == Seat::hub ? text : std::string();
}

std::string read_applies(const yaml::Node& node, Scope& scope) {
    const auto text = yaml::read_line(node, "applies", scope.diagnostics);
    if (!text) return {};
    const auto parsed = parse_expression(*text);
    const auto* error = std::get_if<ExpressionError>(&parsed);
    if (error == nullptr) return applies_in_seat(node, *text, *std::get<ExpressionPointer>(parsed), scope);
    auto diagnostic = yaml::at(node, "'applies': " + error->message);
    diagnostic.place.column += static_cast<int>(error->offset) + (node.scalar()->quoted ? 1 : 0);
    diagnostic.length = static_cast<int>(error->length);
    scope.say(std::move(diagnostic));
    return *text;
}

bool check_axis_name(const yaml::Node& node, const yaml::Member& axis, Scope& scope) {
    const bool taken = axis.name == "index" || axis.name == "device" || axis.name == "hub" || axis.name == "_";
    if (is_own_name(axis.name) && !taken) return true;
    scope.say(yaml::at(node, axis,
                       taken ? "'" + axis.name + "' means something else already; give the axis another name"
                             : "an axis has a name of letters, digits and '_', not '" + axis.name + "'"));
    return false;
}

// Axes that say how the device connects and who it is: no line needs to name them.
const std::map<std::string, std::vector<std::string>>& connection_axes() {
    static const std::map<std::string, std::vector<std::string>> axes{
        {"transport", {"tls", "wss"}}, {"identity", {"device", "module"}}, {"auth", {"sas", "x509", "x509_ca"}}};
    return axes;
}

/// Those that say how the device under test is started.
bool is_of_start(const std::string& axis) {
    return axis == "keep_alive" || axis == "token_lifetime" || axis == "id_suffix";
}

void check_connection_axis(const yaml::Member& axis, const std::vector<std::string>& words, Scope& scope) {
    const auto* list = axis.value.sequence();
    if (list == nullptr) return;
    for (const auto& item : list->items)
        if (item.scalar() != nullptr) yaml::read_word(item, axis.name, words, scope.diagnostics);
}

Axis read_axis(const yaml::Member& member, Scope& scope) {
    Axis axis{member.name, {}};
    const auto* list = yaml::read_list(member.value, member.name, scope.diagnostics);
    if (list == nullptr) return axis;
    if (list->items.empty()) scope.say(yaml::at(member.value, "the axis '" + member.name + "' has no values"));
    std::set<std::string> seen;
    for (const auto& item : list->items) {
        if (item.broken) continue;
        const auto* scalar = item.scalar();
        if (scalar == nullptr || scalar->value.is_null())
            scope.say(yaml::at(item, "a value of an axis is text, a number, true or false, not " + describe(item)));
        else if (!seen.insert(scalar->text).second)
            scope.say(yaml::at(item, "'" + scalar->text + "' is listed twice"));
        else
            axis.values.push_back(scalar->value);
    }
    return axis;
}

std::vector<Axis> read_over(const yaml::Node& node, Scope& scope) {
    std::vector<Axis> axes;
    const auto* map = yaml::read_map(node, "over", scope.diagnostics);
    if (map == nullptr) return axes;
    std::size_t cases = 1;
    for (const auto& member : map->members) {
        if (!check_axis_name(node, member, scope)) continue;
        scope.names.declare(member.name);
        scope.axes[member.name] = &member.value;
        axes.push_back(read_axis(member, scope));
        if (const auto known = connection_axes().find(member.name); known != connection_axes().end())
            check_connection_axis(member, known->second, scope);
        cases *= std::max<std::size_t>(1, axes.back().values.size());
        if (cases <= most_cases) continue;
        scope.say(yaml::at(node, member, "the axes make more than " + std::to_string(most_cases) + " cases"));
        break;
    }
    return axes;
}

constexpr const char* identity_names[] = {
    ".id", ".module_id", ".client_id", ".path", ".primary_key_length", ".sha256_thumbprint", ".sha1_thumbprint"};

void declare_identity(const std::string& name, Scope& scope) {
    for (const auto* what : identity_names) scope.names.declare(name + what);
}

Proof read_proof(const yaml::Node& node, Scope& scope) {
    const auto word = yaml::read_word(node, "auth", {"sas", "x509", "x509_ca"}, scope.diagnostics).value_or("sas");
    return word == "x509" ? Proof::x509 : word == "x509_ca" ? Proof::x509_ca : Proof::sas;
}

CertificateDefect read_defect(const yaml::Node& node, Scope& scope) {
    const auto word = yaml::read_word(node, "certificate", certificate_defects(), scope.diagnostics).value_or("");
    const auto& words = certificate_defects();
    const auto at = std::find(words.begin(), words.end(), word);
    return at == words.end() ? CertificateDefect::none
                             : static_cast<CertificateDefect>(1 + std::distance(words.begin(), at));
}

std::string read_device_of_module(const yaml::Node& node, Scope& scope) {
    const auto name = yaml::read_line(node, "module_of", scope.diagnostics).value_or("device");
    if (std::find(scope.identities.begin(), scope.identities.end(), name) == scope.identities.end())
        scope.say(yaml::at(node, "'module_of' names 'device' or an identity that stands before, not '" + name + "'"));
    return name;
}

IdentitySpec read_identity(const yaml::Member& member, Scope& scope) {
    IdentitySpec identity{member.name};
    identity.place = member.place;
    if (yaml::read_map(member.value, member.name, scope.diagnostics) == nullptr) return identity;
    yaml::check_keys(member.value, "an identity", {"module_of", "auth", "certificate"}, {}, scope.diagnostics);
    const auto& map = *member.value.map();
    if (const auto* of = map.find("module_of"))
        identity.is_module = true, identity.module_of = read_device_of_module(*of, scope);
    if (const auto* auth = map.find("auth")) identity.proof = read_proof(*auth, scope);
    if (const auto* certificate = map.find("certificate")) identity.defect = read_defect(*certificate, scope);
    if (identity.defect != CertificateDefect::none && identity.proof == Proof::sas)
        scope.say(yaml::at(member.value, "an identity with a certificate has 'auth: x509' or 'auth: x509_ca'"));
    return identity;
}

std::vector<IdentitySpec> read_identities(const yaml::Node& node, Scope& scope) {
    std::vector<IdentitySpec> identities;
    const auto* map = yaml::read_map(node, "identities", scope.diagnostics);
    if (map == nullptr) return identities;
    for (const auto& member : map->members) {
        if (member.name == "device" || member.name == "hub") {
            scope.say(yaml::at(node, member, "'" + member.name + "' is there without being listed"));
            continue;
        }
        if (!is_own_name(member.name))
            scope.say(
                yaml::at(node, member, "an identity has a name of letters, digits and '_', not '" + member.name + "'"));
        identities.push_back(read_identity(member, scope));
        declare_identity(member.name, scope);
        scope.identities.push_back(member.name);
    }
    return identities;
}

bool expects_something(const std::vector<Step>& steps) {
    return std::any_of(steps.begin(), steps.end(), [](const Step& step) {
        return !std::holds_alternative<Action>(step.form) && !std::holds_alternative<Pass>(step.form);
    });
}

void check_unused(const yaml::Node& root, const Scenario& scenario, Scope& scope) {
    for (const auto& axis : scenario.axes)
        if (!scope.names.was_used(axis.name) && !connection_axes().contains(axis.name) && !is_of_start(axis.name)) {
            const auto& over = *root.map()->find("over");
            scope.say(yaml::at(over, *over.map()->member(axis.name),
                               "no line uses the axis: {{" + axis.name + "}} occurs nowhere"));
        }
    for (const auto& identity : scenario.identities) {
        const bool spoken_of = std::find(scope.used_identities.begin(), scope.used_identities.end(), identity.name) !=
                               scope.used_identities.end();
        const bool named = std::any_of(std::begin(identity_names), std::end(identity_names),
                                       [&](const char* what) { return scope.names.was_used(identity.name + what); });
        const bool has_module = std::any_of(scenario.identities.begin(), scenario.identities.end(),
                                            [&](const IdentitySpec& one) { return one.module_of == identity.name; });
        if (spoken_of || named || has_module) continue;
        const auto& list = *root.map()->find("identities");
        scope.say(
            yaml::at(list, *list.map()->member(identity.name), "no line uses the identity '" + identity.name + "'"));
        scope.diagnostics.back().severity = Severity::warning;
    }
}

// Each seat proves what binds the other side.
void keep_binding(const yaml::Node& node, std::vector<std::string>& ids, Scope& scope) {
    if (scope.catalogue == nullptr || ids.empty()) return;
    const auto binds = [&](const std::string& id) {
        const auto* one = scope.catalogue->find(id);
        if (one == nullptr) return false;
        return one->binds == Binds::both || one->binds == (scope.seat == Seat::hub ? Binds::device : Binds::hub);
    };
    std::erase_if(ids, [&](const std::string& id) { return !binds(id); });
    if (ids.empty())
        scope.say(yaml::at(node, std::string("a text for both seats proves something of the hub and of the device; "
                                             "none of these binds the ") +
                                     (scope.seat == Seat::hub ? "device" : "hub")));
}

/// What a device without adapter cannot be asked for.
bool names_a_body(const std::vector<Step>& steps) {
    return std::any_of(steps.begin(), steps.end(), [](const Step& step) {
        const auto* one = std::get_if<Expectation>(&step.form);
        return one != nullptr && one->speaker == Speaker::device &&
               std::any_of(one->fields.begin(), one->fields.end(), [](const Field& field) {
                   return field.name == "payload" || field.name == "json" || field.name == "hex" ||
                          field.name == "size";
               });
    });
}

void read_head(const yaml::Map& map, Scenario& scenario, Scope& scope) {
    const auto with = [&](const char* key, auto read) {
        if (const auto* node = map.find(key)) read(*node);
    };
    with("title", [&](const yaml::Node& node) {
        scenario.title = yaml::read_line(node, "title", scope.diagnostics).value_or("");
    });
    with("verifies", [&](const yaml::Node& node) {
        scope.verifies = scenario.verifies = read_verifies(node, scope);
        if (scope.is_shared) keep_binding(node, scenario.verifies, scope);
    });
    with("tags", [&](const yaml::Node& node) { scenario.tags = read_tags(node, scope); });
    with("applies", [&](const yaml::Node& node) { scenario.applies = read_applies(node, scope); });
    with("over", [&](const yaml::Node& node) { scenario.axes = read_over(node, scope); });
    with("identities", [&](const yaml::Node& node) { scenario.identities = read_identities(node, scope); });
}

// What lines say of each other is only looked at when each of them could be read: the rest would be echoes.
void read_conversation(const yaml::Node& root, Scenario& scenario, Scope& scope) {
    const auto* list = root.map()->find("steps");
    if (list == nullptr) return;
    const auto problems = scope.diagnostics.size();
    scenario.steps = read_steps(*list, scope);
    if (scope.diagnostics.size() > problems) return;
    scope.names.finish(scope.diagnostics);
    check_unused(root, scenario, scope);
    if (!expects_something(scenario.steps))
        scope.say(yaml::at(
            *root.map()->find("steps"),
            "nothing is expected, so nothing is proven; add a line such as {hub: {connack: {return_code: 0}}}"));
    if (scenario.seat == Seat::device) check_connections(scenario.steps, *root.file, scope.diagnostics);
    link_answers(scenario.steps, *root.file, scope.diagnostics);
    if (scenario.seat == Seat::device) leave_to_later(scenario.steps);
    scenario.needs = needs_of(scenario.steps);
    if (scope.is_shared && scenario.seat == Seat::hub && names_a_body(scenario.steps))
        scenario.needs.emplace_back("adapter");
}

// Each step proves of its list what the scenario proves in this seat.
void narrow(Scenario& scenario) {
    for (auto& step : scenario.steps)
        std::erase_if(step.verifies, [&](const std::string& id) {
            return std::find(scenario.verifies.begin(), scenario.verifies.end(), id) == scenario.verifies.end();
        });
}

// A device under test is what it is.
void check_shared_axes(const yaml::Node& root, Scenario& scenario, Scope& scope) {
    for (const auto& axis : scenario.axes)
        if (!connection_axes().contains(axis.name)) {
            const auto& over = *root.map()->find("over");
            scope.say(
                yaml::at(over, *over.map()->member(axis.name),
                         "in a text for both seats 'over' has transport, identity and auth, not '" + axis.name + "'"));
        }
    if (scenario.seat == Seat::hub) scenario.axes.clear();
}

}  // namespace

const std::vector<std::string>& certificate_defects() {
    static const std::vector<std::string> words{"expired",    "not_yet_valid", "foreign_authority",
                                                "other_name", "server_usage",  "missing_chain"};
    return words;
}

const std::vector<FileKey>& file_keys() {
    static const std::vector<FileKey> keys{
        {"title", "One sentence: what holds when the scenario passes.", true},
        {"verifies", "Ids of the requirements it proves; at least one.", true},
        {"tags", "Words to select by.", false},
        {"seat",
         "The side that the harness plays: device, hub, or both for a text that serves in each; device when "
         "missing.",
         false},
        {"applies",
         "An expression over the target: target.tier == standard and not target.edge. When it is false the case is not "
         "applicable.",
         false},
        {"over", "Axes: one case for each value; {qos: [0, 1]} binds {{qos}}.", false},
        {"identities",
         "Further fresh identities beside device: {other: {}} gives {{other.id}}; module_of, auth and certificate say "
         "more.",
         false},
        {"steps", "The conversation.", true},
    };
    return keys;
}

namespace {

Scenario read_for(Seat seat, bool is_shared, const yaml::Document& document, const std::string& id,
                  const Catalogue* catalogue, OpeningShelf* openings, Diagnostics& found) {
    Scope scope(found);
    scope.seat = seat;
    scope.is_shared = is_shared;
    scope.catalogue = catalogue;
    scope.openings = openings;
    scope.names.declare("hub.host");
    scope.names.declare("ics.method");  // of the hub seat: one that the device claims to have
    declare_identity("device", scope);
    scope.names.reserve("index", "{{index}} counts the rounds of a 'repeat'; it means nothing outside of one");
    Scenario scenario;
    scenario.id = id;
    scenario.file = document.file->name;
    scenario.seat = seat;
    read_head(*document.root.map(), scenario, scope);
    read_conversation(document.root, scenario, scope);
    if (is_shared) check_shared_axes(document.root, scenario, scope), narrow(scenario);
    return scenario;
}

/// What both readings of a text say is said once.
void add_new(Diagnostics& all, Diagnostics found) {
    for (auto& one : found) {
        const bool is_known = std::any_of(all.begin(), all.end(), [&](const Diagnostic& other) {
            return other.place == one.place && other.message == one.message;
        });
        if (!is_known) all.push_back(std::move(one));
    }
}

}  // namespace

std::vector<Scenario> read_scenarios(const yaml::Document& document, const std::string& id, const Catalogue* catalogue,
                                     OpeningShelf* openings, Diagnostics& diagnostics) {
    Diagnostics found = document.diagnostics;
    std::vector<Scenario> scenarios;
    if (document.root.map() != nullptr && !document.root.broken) {
        std::vector<std::string> allowed, required;
        for (const auto& key : file_keys()) {
            allowed.push_back(key.name);
            if (key.required) required.push_back(key.name);
        }
        yaml::check_keys(document.root, "a scenario", allowed, required, found);
        const auto* named = document.root.map()->find("seat");
        const auto seats = named == nullptr ? std::vector{Seat::device} : read_seats(*named, found);
        for (const auto seat : seats) {
            Diagnostics of_seat;
            scenarios.push_back(read_for(seat, seats.size() > 1, document, id, catalogue, openings, of_seat));
            add_new(found, std::move(of_seat));
        }
    } else if (!document.root.broken) {
        found.push_back(yaml::at(
            document.root, "a scenario is a map with 'title', 'verifies' and 'steps', not " + describe(document.root)));
    }
    if (has_errors(found)) scenarios.clear();
    diagnostics.insert(diagnostics.end(), found.begin(), found.end());
    return scenarios;
}

}  // namespace hubspec::scenario
