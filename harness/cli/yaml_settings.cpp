#include "harness/cli/yaml_settings.hpp"

#include "harness/scenario/read.hpp"
#include "harness/scenario/yaml.hpp"

namespace hubspec::cli {

namespace yaml = scenario::yaml;

namespace {

void add_value(Setting& setting, const yaml::Node& node, scenario::Diagnostics& diagnostics) {
    const auto* scalar = node.scalar();
    if (scalar != nullptr && !scalar->value.is_null())
        setting.values.push_back(scalar->text);
    else if (!node.broken)
        diagnostics.push_back(
            yaml::at(node, "'" + setting.name + "' takes a value or a list of values, not " + yaml::describe(node)));
}

}  // namespace

std::vector<Setting> read_settings(const std::string& path, const std::vector<std::string>& known) {
    const auto document = yaml::read(path);
    auto diagnostics = document.diagnostics;
    std::vector<Setting> settings;
    const bool is_empty = document.root.broken;
    if (!is_empty && yaml::read_map(document.root, "the settings", diagnostics) != nullptr) {
        yaml::check_keys(document.root, "the settings", known, {}, diagnostics);
        for (const auto& member : document.root.map()->members) {
            Setting setting{member.name, {}, model::to_string(path, member.place)};
            if (const auto* list = member.value.sequence(); list != nullptr)
                for (const auto& item : list->items) add_value(setting, item, diagnostics);
            else
                add_value(setting, member.value, diagnostics);
            settings.push_back(std::move(setting));
        }
    }
    scenario::sort(diagnostics);
    if (scenario::has_errors(diagnostics)) throw SettingsError(scenario::format(diagnostics));
    return settings;
}

}  // namespace hubspec::cli
