#include "harness/scenario/load.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "harness/scenario/openings.hpp"
#include "harness/scenario/scenario_file.hpp"
#include "harness/scenario/yaml.hpp"

namespace hubspec::scenario {

namespace {

namespace fs = std::filesystem;

// More of them help nobody, and each carries its line.
constexpr std::size_t most_diagnostics_a_file = 100;

Diagnostic about(const std::string& path, std::string message) {
    Diagnostic diagnostic;
    diagnostic.file = path;
    diagnostic.message = std::move(message);
    return diagnostic;
}

/// A scenario file and the suite it belongs to.
struct Found {
    std::string path;  ///< as the user named it
    fs::path whole;    ///< absolute, without links
    fs::path root;     ///< of the suite, absolute
    std::string id;
};

/// The nearest folder called `scenarios` around this one, itself included; empty when there is none.
fs::path suite_around(fs::path folder) {
    for (; folder.has_relative_path(); folder = folder.parent_path())
        if (folder.filename() == "scenarios") return folder;
    return {};
}

fs::path whole_path(const fs::path& path) {
    std::error_code error;
    const auto whole = fs::weakly_canonical(fs::absolute(path, error), error);
    return error ? path : whole;
}

Found found(const fs::path& path, const fs::path& whole, const fs::path& otherwise) {
    auto root = suite_around(whole.parent_path());
    if (root.empty()) root = otherwise;
    return {path.generic_string(), whole, root, whole.lexically_relative(root).replace_extension().generic_string()};
}

bool is_skipped_folder(const fs::path& path) {
    const auto name = path.filename().string();
    return name == "requirements" || name == "openings" || name.starts_with(".");
}

void search(const fs::path& folder, std::vector<Found>& files, Diagnostics& diagnostics) {
    std::error_code error;
    const auto root = whole_path(folder);
    fs::recursive_directory_iterator entry(folder, error), end;
    for (; !error && entry != end; entry.increment(error)) {
        const auto& path = entry->path();
        std::error_code ignored;
        if (entry->is_directory(ignored)) {
            if (is_skipped_folder(path)) entry.disable_recursion_pending();
            continue;
        }
        if (path.filename().string().starts_with(".")) continue;
        // Below a folder whose whole path is known only links lead elsewhere.
        if (path.extension() == ".yaml")
            files.push_back(
                found(path.lexically_normal(),
                      entry->is_symlink(ignored) ? whole_path(path) : root / path.lexically_relative(folder), root));
        if (path.extension() == ".yml")
            diagnostics.push_back(about(path.generic_string(), "scenario files end in .yaml; this one is not read"));
    }
    if (error) diagnostics.push_back(about(folder.generic_string(), "the folder cannot be read: " + error.message()));
}

std::vector<Found> find_files(const std::vector<std::string>& paths, Diagnostics& diagnostics) {
    std::vector<Found> files;
    for (const auto& path : paths) {
        std::error_code error;
        if (fs::is_directory(path, error))
            search(path, files, diagnostics);
        else
            files.push_back(found(path, whole_path(path), whole_path(path).parent_path()));
    }
    std::stable_sort(files.begin(), files.end(), [](const Found& a, const Found& b) { return a.id < b.id; });
    std::set<fs::path> seen;
    std::erase_if(files, [&](const Found& file) { return !seen.insert(file.whole).second; });
    return files;
}

void limit(Diagnostics& diagnostics) {
    std::map<std::string, std::size_t> counts;
    std::erase_if(diagnostics, [&](const Diagnostic& one) { return ++counts[one.file] > most_diagnostics_a_file; });
    for (const auto& [file, count] : counts)
        if (count > most_diagnostics_a_file)
            diagnostics.push_back(about(file, std::to_string(count - most_diagnostics_a_file) +
                                                  " further problems in this file are not shown"));
}

Loaded finish(Loaded loaded) {
    sort(loaded.diagnostics);
    limit(loaded.diagnostics);
    return loaded;
}

/// Reads the files of any number of suites, each with its own openings.
class Reading {
public:
    explicit Reading(const model::Catalogue* catalogue) : catalogue_(catalogue) {}

    void read(const Found& file, const yaml::Document& document, Loaded& loaded) {
        auto scenarios = read_scenarios(document, file.id, catalogue_, &shelf(file), loaded.diagnostics);
        if (scenarios.empty()) return;
        const auto [other, is_new] = ids_.try_emplace(file.id, file.path);
        if (is_new)
            std::move(scenarios.begin(), scenarios.end(), std::back_inserter(loaded.scenarios));
        else
            loaded.diagnostics.push_back(
                about(file.path, "its id '" + file.id + "' is that of " + other->second + " too"));
    }

    /// Openings that no scenario uses are looked at all the same.
    void read_openings(Loaded& loaded) {
        for (auto& [root, shelf] : shelves_)
            for (const auto& name : shelf.names()) shelf.find(name, loaded.diagnostics);
    }

private:
    OpeningShelf& shelf(const Found& file) {
        // Named the way the scenario was named, so that messages lead there.
        const auto up = file.whole.parent_path().lexically_relative(file.root);
        fs::path folder = fs::path(file.path).parent_path();
        for (const auto& part : up)
            if (part != ".") folder /= "..";
        return shelves_.try_emplace(file.root, (folder / "openings").lexically_normal().generic_string()).first->second;
    }

    const model::Catalogue* catalogue_;
    std::map<fs::path, OpeningShelf> shelves_;
    std::map<std::string, std::string> ids_;
};

}  // namespace

Loaded load_suite(const std::vector<std::string>& paths, const model::Catalogue* catalogue,
                  const std::function<bool(const std::string&)>& wanted) {
    Loaded loaded;
    Reading reading(catalogue);
    auto files = find_files(paths, loaded.diagnostics);
    if (wanted) std::erase_if(files, [&](const Found& file) { return !wanted(file.id); });
    std::vector<std::string> wanted_paths;
    for (const auto& file : files) wanted_paths.push_back(file.path);
    const auto documents = yaml::read_all(wanted_paths);
    for (std::size_t i = 0; i < files.size(); ++i) reading.read(files[i], documents[i], loaded);
    reading.read_openings(loaded);
    return finish(std::move(loaded));
}

Loaded load_text(const std::string& file, const std::string& text, const model::Catalogue* catalogue,
                 const std::string& openings) {
    Loaded loaded;
    OpeningShelf shelf(openings);
    const auto document = yaml::parse(file, text);
    const auto id = fs::path(file).replace_extension().generic_string();
    loaded.scenarios = read_scenarios(document, id, catalogue, openings.empty() ? nullptr : &shelf, loaded.diagnostics);
    return finish(std::move(loaded));
}

}  // namespace hubspec::scenario
