#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/scenario.hpp"

/// The language as data: what the loader checks, the nearest spellings it offers and the JSON Schema all come from
/// here.
namespace hubspec::scenario {

/// What a field takes. In an expectation, patterns of the same kind too.
enum class Kind {
    text,
    integer,  ///< from `least` to `most`
    flag,
    duration,
    hex,         ///< bytes: "00 ff"
    word,        ///< one of `words`
    json,        ///< any value
    dictionary,  ///< names of the writer's own with text, or null where `nullable`
    record,      ///< a map with the fields in `members`
    list,        ///< of `items`
    packets,     ///< a list of wire packets
    identity,    ///< the name of an identity of the scenario
    exchange,    ///< the name that a service line was given with `as`
};

struct FieldSpec;

struct Type {
    Kind kind = Kind::text;
    bool nullable = false;
    std::int64_t least = 0, most = 0;
    std::vector<std::string> words;
    std::vector<FieldSpec> members;
    std::vector<Type> items;                          ///< the alternatives for an item; one or two
    std::vector<std::vector<std::string>> exclusive;  ///< of a record: at most one of each group
};

struct FieldSpec {
    std::string name;
    Type type;
    std::string doc;
    bool required = false;
};

/// A group of fields of which at most one may be there, or exactly one where `required`.
struct Choice {
    std::vector<std::string> fields;
    bool required = false;
};

enum class Role { action, expectation };

/// In which seats a line may stand.
enum class Seats { device, hub, both };

/// `device: {publish: {...}}`: speaker, verb and what may stand there.
struct LineSpec {
    model::Speaker speaker = model::Speaker::device;
    std::string name;
    Role role = Role::action;
    std::string doc;
    std::vector<FieldSpec> fields;
    std::vector<Choice> choices;
    std::vector<std::string> needs;  ///< capabilities of the target
    enum class Shape { fields, members, packets } shape = Shape::fields;
    bool is_packet = false;  ///< may stand in a `wire: {send: [...]}` list
    Seats seats = Seats::device;
};

const std::vector<LineSpec>& vocabulary();

/// Lines of a speaker in a seat; in the order of the README.
std::vector<const LineSpec*> lines_of(model::Speaker speaker, model::Seat seat = model::Seat::device);
const LineSpec* find_line(model::Speaker speaker, std::string_view name, model::Seat seat = model::Seat::device);

// Of a text for both seats.

/// A line that is passed over in the device seat: what the application is asked for and sees, and what the harness's
/// client does by itself.
bool is_of_hub_seat_alone(model::Speaker speaker, std::string_view name);
/// A field of a device line that says how the harness speaks, not what a device must do.
bool is_manner(std::string_view field);

const std::vector<std::string>& speaker_names();
std::string_view name_of(model::Speaker speaker);

/// Capabilities that lines can need, in the order in which they are listed.
const std::vector<std::string>& capabilities();

std::vector<std::string> names_of(const std::vector<FieldSpec>& fields);
std::vector<std::string> names_of(const std::vector<const LineSpec*>& lines);
const FieldSpec* find_field(const std::vector<FieldSpec>& fields, std::string_view name);

}  // namespace hubspec::scenario
