#include "harness/scenario/openings.hpp"

#include <algorithm>
#include <filesystem>

#include "harness/mqtt/packet.hpp"
#include "harness/scenario/nearest.hpp"
#include "harness/scenario/read.hpp"
#include "harness/scenario/steps.hpp"
#include "harness/scenario/substitute.hpp"

namespace hubspec::scenario {

namespace fs = std::filesystem;
using namespace model;

namespace {

bool is_name(const std::string& name) {
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
    return !name.empty() && std::all_of(name.begin(), name.end(), fits);
}

// Everything that an opening says happens, for the reader of the scenario, where it is used.
void move_to(Pattern& pattern, Place place);

void move_to(std::vector<Field>& fields, Place place) {
    for (auto& field : fields) {
        field.place = place;
        move_to(field.value, place);
    }
}

void move_to(Pattern& pattern, Place place) {
    pattern.place = place;
    if (auto* array = std::get_if<ArrayPattern>(&pattern.form))
        for (auto& item : array->items) move_to(item, place);
    if (auto* object = std::get_if<ObjectPattern>(&pattern.form)) move_to(object->members, place);
    if (auto* all = std::get_if<ComparisonPattern>(&pattern.form))
        for (auto& one : all->comparisons) move_to(one.operand, place);
}

void move_to(Step& step, Place place) {
    step.place = place;
    std::visit(mqtt::overloaded{
                   [&](Action& action) { move_to(action.fields, place); },
                   [&](Expectation& expectation) { move_to(expectation.fields, place); },
                   [&](Never& never) { move_to(never.expectation.fields, place); },
                   [&](AnyOrder& group) {
                       for (auto& one : group.expectations) move_to(one.fields, place);
                   },
                   [&](Outcomes& group) {
                       for (auto& one : group.outcomes) move_to(one.expectation.fields, place);
                   },
                   [](Pass&) {},
               },
               step.form);
}

/// The values of the parameters: given with `with`, else the opening's own.
Replacements parameters_of(const yaml::Node& root, const yaml::Node& use, const std::string& name, Scope& scope) {
    Replacements values;
    static const yaml::Map none;
    const auto* defaults = root.map()->find("parameters");
    const auto* given = use.map()->find("with");
    const auto& own = defaults != nullptr && defaults->map() != nullptr ? *defaults->map() : none;
    for (const auto& parameter : own.members) values[parameter.name] = parameter.value;
    if (given != nullptr && yaml::read_map(*given, "with", scope.diagnostics) != nullptr)
        for (const auto& argument : given->map()->members) {
            if (own.find(argument.name) != nullptr) {
                values[argument.name] = argument.value;
                continue;
            }
            auto diagnostic =
                yaml::at(*given, argument, "the opening '" + name + "' has no parameter '" + argument.name + "'");
            std::vector<std::string> known;
            for (const auto& parameter : own.members) known.push_back(parameter.name);
            diagnostic.suggestion = nearest(argument.name, known).value_or("");
            scope.say(std::move(diagnostic));
        }
    for (const auto& parameter : own.members) {
        const auto* scalar = values[parameter.name].scalar();
        const bool missing =
            scalar != nullptr && scalar->value.is_null() && !scalar->quoted &&
            (given == nullptr || given->map() == nullptr || given->map()->find(parameter.name) == nullptr);
        if (missing)
            scope.say(yaml::at(use, "the opening '" + name + "' needs a value for '" + parameter.name + "': with: {" +
                                        parameter.name + ": ...}"));
    }
    return values;
}

const yaml::Document* find_opening(const yaml::Node& node, const std::string& name, Scope& scope) {
    if (std::find(scope.opened.begin(), scope.opened.end(), name) != scope.opened.end()) {
        scope.say(yaml::at(node, "the opening '" + name + "' uses itself"));
        return nullptr;
    }
    const auto* document =
        scope.openings == nullptr || !is_name(name) ? nullptr : scope.openings->find(name, scope.diagnostics);
    if (document != nullptr) return document;
    auto diagnostic = yaml::at(node, "there is no opening '" + name + "'");
    if (scope.openings != nullptr) {
        diagnostic.message += ": " + scope.openings->directory() + "/" + name + ".yaml is missing";
        diagnostic.suggestion = nearest(name, scope.openings->names()).value_or("");
    }
    scope.say(std::move(diagnostic));
    return nullptr;
}

}  // namespace

const yaml::Document* OpeningShelf::find(const std::string& name, Diagnostics& diagnostics) {
    if (const auto found = read_.find(name); found != read_.end()) return &found->second;
    const auto path = fs::path(directory_) / (name + ".yaml");
    std::error_code error;
    if (!fs::is_regular_file(path, error)) return nullptr;
    auto& document = read_[name] = yaml::read(path.generic_string());
    diagnostics.insert(diagnostics.end(), document.diagnostics.begin(), document.diagnostics.end());
    if (!document.root.broken) check_opening_keys(document.root, diagnostics);
    return &document;
}

std::vector<std::string> OpeningShelf::names() const {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(directory_, error))
        if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().generic_string());
    std::sort(names.begin(), names.end());
    return names;
}

void check_opening_keys(const yaml::Node& root, Diagnostics& diagnostics) {
    if (root.map() == nullptr) {
        diagnostics.push_back(yaml::at(root, "an opening is a map with 'steps', not " + describe(root)));
        return;
    }
    yaml::check_keys(root, "an opening", {"title", "parameters", "steps"}, {"steps"}, diagnostics);
    if (const auto* title = root.map()->find("title")) yaml::read_line(*title, "title", diagnostics);
    if (const auto* parameters = root.map()->find("parameters")) yaml::read_map(*parameters, "parameters", diagnostics);
}

std::vector<Step> read_use(const yaml::Node& node, const Place& place, Scope& scope) {
    if (yaml::read_map(node, "use", scope.diagnostics) == nullptr) return {};
    yaml::check_keys(node, "'use'", {"opening", "with"}, {"opening"}, scope.diagnostics);
    const auto* opening = node.map()->find("opening");
    const auto name = opening == nullptr ? std::nullopt : yaml::read_line(*opening, "opening", scope.diagnostics);
    if (!name) return {};
    const auto* document = find_opening(*opening, *name, scope);
    if (document == nullptr || document->root.map() == nullptr || document->root.broken) return {};
    const auto* list = document->root.map()->find("steps");
    if (list == nullptr || !may_copy(*list, scope)) return {};
    const auto filled = substitute(*list, parameters_of(document->root, node, *name, scope), scope.diagnostics);
    scope.opened.push_back(*name);
    auto steps = read_steps(filled, scope);
    scope.opened.pop_back();
    for (auto& step : steps) move_to(step, place);
    return steps;
}

}  // namespace hubspec::scenario
