#include "harness/scenario/requirements.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include "harness/scenario/proof.hpp"
#include "harness/scenario/read.hpp"

namespace hubspec::scenario {

namespace {

namespace fs = std::filesystem;
using namespace model;

template <class Word>
using Spellings = std::vector<Word>;

template <class Word>
Word read_choice(const yaml::Map& map, const char* key, const Spellings<Word>& values, Word otherwise,
                 Diagnostics& diagnostics) {
    const auto* node = map.find(key);
    if (node == nullptr) return otherwise;
    std::vector<std::string> words;
    for (const auto value : values) words.emplace_back(to_string(value));
    const auto word = yaml::read_word(*node, key, words, diagnostics);
    for (const auto value : values)
        if (word && *word == to_string(value)) return value;
    return otherwise;
}

std::string read_optional(const yaml::Map& map, const char* key, Diagnostics& diagnostics) {
    const auto* node = map.find(key);
    if (node == nullptr) return {};
    return yaml::read_text(*node, key, diagnostics).value_or("");
}

// Lines of the base document: one is a number, several are text.
std::string read_lines(const yaml::Map& map, Diagnostics& diagnostics) {
    const auto* node = map.find("line");
    if (node == nullptr) return {};
    const auto* scalar = node->scalar();
    if (scalar != nullptr && scalar->value.integer() != nullptr) return scalar->text;
    return yaml::read_text(*node, "line", diagnostics).value_or("");
}

// "07", or a statement of a standard as it numbers them itself: "3.1.2-24", "2.2.3".
bool is_number(std::string_view text) {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    bool after_digit = false;
    for (const char c : text) {
        if (!digit(c) && !(after_digit && (c == '.' || c == '-'))) return false;
        after_digit = digit(c);
    }
    return after_digit;
}

/// Reads the files one after the other into a catalogue.
class CatalogueReader {
public:
    void read(const yaml::Document& document) {
        auto& diagnostics = loaded_.diagnostics;
        diagnostics.insert(diagnostics.end(), document.diagnostics.begin(), document.diagnostics.end());
        if (document.root.broken) return;
        if (yaml::read_map(document.root, "a catalogue file", diagnostics) == nullptr) return;
        yaml::check_keys(document.root, "a catalogue file", {"area", "title", "source", "requirements"},
                         {"area", "title", "requirements"}, diagnostics);
        read_area(*document.root.map());
    }

    LoadedCatalogue finish() {
        const auto rank = [](const Area& area) {
            const auto& base = base_areas();
            return std::find(base.begin(), base.end(), area.name) - base.begin();
        };
        auto& areas = loaded_.catalogue.areas;
        std::stable_sort(areas.begin(), areas.end(), [&](const Area& a, const Area& b) {
            return rank(a) != rank(b) ? rank(a) < rank(b) : a.name < b.name;
        });
        sort(loaded_.diagnostics);
        return std::move(loaded_);
    }

private:
    void read_area(const yaml::Map& map) {
        Area area;
        if (const auto* name = map.find("area"))
            area.name = yaml::read_line(*name, "area", loaded_.diagnostics).value_or("");
        if (const auto* title = map.find("title"))
            area.title = yaml::read_line(*title, "title", loaded_.diagnostics).value_or("");
        area.source = read_optional(map, "source", loaded_.diagnostics);
        const auto* list = map.find("requirements");
        if (list == nullptr || area.name.empty() ||
            yaml::read_list(*list, "requirements", loaded_.diagnostics) == nullptr)
            return;
        for (const auto& item : list->sequence()->items) read_requirement(item, area);
        auto& areas = loaded_.catalogue.areas;
        const bool known =
            std::any_of(areas.begin(), areas.end(), [&](const Area& one) { return one.name == area.name; });
        if (known)
            loaded_.diagnostics.push_back(
                yaml::at(*map.find("area"), "the area '" + area.name + "' has a file already"));
        else
            areas.push_back(std::move(area));
    }

    void read_requirement(const yaml::Node& node, Area& area) {
        auto& diagnostics = loaded_.diagnostics;
        if (yaml::read_map(node, "a requirement", diagnostics) == nullptr) return;
        yaml::check_keys(
            node, "a requirement",
            {"id", "text", "level", "binds", "observable", "line", "sources", "certainty", "reason", "left_out"},
            {"id", "text", "level", "binds", "observable"}, diagnostics);
        const auto& map = *node.map();
        const auto* id = map.find("id");
        if (id == nullptr) return;
        const auto name = yaml::read_line(*id, "id", diagnostics);
        if (!name || !is_new(*id, *name, area)) return;
        area.ids.push_back(*name);
        loaded_.catalogue.requirements[*name] = make(map, *name, area.name);
    }

    bool is_new(const yaml::Node& node, const std::string& id, const Area& area) {
        const auto number = id.starts_with(area.name + "-") ? id.substr(area.name.size() + 1) : std::string{};
        const bool numbered = is_number(number);
        const auto earlier = places_.find(id);
        if (!numbered)
            loaded_.diagnostics.push_back(
                yaml::at(node, "'" + id + "' is no id of the area '" + area.name + "': they are " + area.name + "-NN"));
        else if (earlier != places_.end())
            loaded_.diagnostics.push_back(
                yaml::at(node, "the id '" + id + "' was given already at " + earlier->second));
        else
            places_[id] = to_string(node.file->name, node.place);
        return numbered && earlier == places_.end();
    }

    Requirement make(const yaml::Map& map, const std::string& id, const std::string& area) {
        auto& diagnostics = loaded_.diagnostics;
        Requirement requirement;
        requirement.id = id;
        requirement.area = area;
        if (const auto* text = map.find("text"))
            requirement.text = yaml::read_line(*text, "text", diagnostics).value_or("");
        requirement.level =
            read_choice(map, "level", {Level::must, Level::should, Level::may, Level::info}, Level::must, diagnostics);
        requirement.binds =
            read_choice(map, "binds", {Binds::hub, Binds::device, Binds::both, Binds::info}, Binds::hub, diagnostics);
        requirement.observable =
            read_choice(map, "observable", {Observable::wire, Observable::service, Observable::clock, Observable::none},
                        Observable::wire, diagnostics);
        requirement.line = read_lines(map, diagnostics);
        requirement.sources = read_optional(map, "sources", diagnostics);
        requirement.certainty = read_optional(map, "certainty", diagnostics);
        requirement.reason = read_optional(map, "reason", diagnostics);
        requirement.left_out = read_optional(map, "left_out", diagnostics);
        check_reason(map, requirement);
        return requirement;
    }

    // Whoever says that a hub's duty cannot be seen, or is left out, must say why.
    void check_reason(const yaml::Map& map, const Requirement& requirement) {
        const auto* node = map.find("observable");
        if (node == nullptr || node->broken) return;
        const bool hidden = requirement.observable == Observable::none;
        if (hidden && binds_hub(requirement) && requirement.reason.empty())
            loaded_.diagnostics.push_back(
                yaml::at(*node, "'" + requirement.id + "' binds the hub and is not observable: say why in 'reason'"));
        if (!hidden && !requirement.reason.empty())
            loaded_.diagnostics.push_back(
                yaml::at(*map.find("reason"), "'reason' says why something is not observable, but '" + requirement.id +
                                                  "' is; why the suite leaves it out is 'left_out'"));
        if (!requirement.left_out.empty() && !binds_hub(requirement))
            loaded_.diagnostics.push_back(
                yaml::at(*map.find("left_out"),
                         "'" + requirement.id + "' does not bind the hub, so the suite leaves it out anyway"));
    }

    LoadedCatalogue loaded_;
    std::map<std::string, std::string> places_;
};

}  // namespace

const std::vector<std::string>& base_areas() {
    static const std::vector<std::string> names{"SCOPE", "WS",       "SDK",     "KEEP",   "MIGR",   "CONN", "AUTH",
                                                "TOOL",  "WILL",     "MODULE",  "TLS",    "SAMPLE", "D2C",  "C2D",
                                                "TWIN",  "REPORTED", "DESIRED", "METHOD", "REF"};
    return names;
}

LoadedCatalogue load_catalogue(const std::string& directory) {
    CatalogueReader reader;
    std::vector<std::string> paths;
    std::error_code error;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error))
        if (entry->path().extension() == ".yaml" && entry->path().filename() != proof_file)
            paths.push_back(entry->path().generic_string());
    std::sort(paths.begin(), paths.end());
    const auto documents = yaml::read_all(paths);
    for (const auto& document : documents) reader.read(document);
    auto loaded = reader.finish();
    if (!error && !paths.empty()) return loaded;
    Diagnostic diagnostic;
    diagnostic.file = directory;
    diagnostic.message = error ? "the requirements cannot be read: " + error.message()
                               : "there are no requirements here: no file ends in .yaml";
    loaded.diagnostics.push_back(std::move(diagnostic));
    return loaded;
}

}  // namespace hubspec::scenario
