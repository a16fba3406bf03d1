#include "harness/scenario/vocabulary.hpp"

#include "harness/scenario/vocabulary_types.hpp"

namespace hubspec::scenario {

const std::vector<LineSpec>& vocabulary() {
    static const std::vector<LineSpec> table = [] {
        std::vector<LineSpec> lines;
        for (auto& part : {device_lines(), wire_lines(), service_lines(), expected_lines(), hub_seat_lines()})
            lines.insert(lines.end(), part.begin(), part.end());
        return lines;
    }();
    return table;
}

namespace {

bool stands_in(const LineSpec& line, model::Seat seat) {
    return line.seats == Seats::both || (line.seats == Seats::hub) == (seat == model::Seat::hub);
}

}  // namespace

std::vector<const LineSpec*> lines_of(model::Speaker speaker, model::Seat seat) {
    std::vector<const LineSpec*> lines;
    for (const auto& line : vocabulary())
        if (line.speaker == speaker && stands_in(line, seat)) lines.push_back(&line);
    return lines;
}

const LineSpec* find_line(model::Speaker speaker, std::string_view name, model::Seat seat) {
    for (const auto* line : lines_of(speaker, seat))
        if (line->name == name) return line;
    return nullptr;
}

bool is_of_hub_seat_alone(model::Speaker speaker, std::string_view name) {
    if (speaker == model::Speaker::app) return true;
    return speaker == model::Speaker::device && (name == "opens" || name == "puback" || name == "pingreq");
}

bool is_manner(std::string_view field) {
    for (const auto* name : {"qos", "retain", "clean_session", "keep_alive"})
        if (field == name) return true;
    return false;
}

const std::vector<std::string>& speaker_names() {
    static const std::vector<std::string> names{"device", "wire", "service", "hub", "app"};
    return names;
}

std::string_view name_of(model::Speaker speaker) { return speaker_names()[static_cast<std::size_t>(speaker)]; }

const std::vector<std::string>& capabilities() {
    static const std::vector<std::string> names{"clock",   "telemetry",       "log", "faults",
                                                "service", "cloud_to_device", "wss"};
    return names;
}

std::vector<std::string> names_of(const std::vector<FieldSpec>& fields) {
    std::vector<std::string> names;
    for (const auto& field : fields) names.push_back(field.name);
    return names;
}

std::vector<std::string> names_of(const std::vector<const LineSpec*>& lines) {
    std::vector<std::string> names;
    for (const auto* line : lines) names.push_back(line->name);
    return names;
}

const FieldSpec* find_field(const std::vector<FieldSpec>& fields, std::string_view name) {
    for (const auto& field : fields)
        if (field.name == name) return &field;
    return nullptr;
}

}  // namespace hubspec::scenario
