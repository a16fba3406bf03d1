#include "harness/run/describe_expectation.hpp"

namespace hubspec::run {

std::string_view speaker_name(model::Speaker speaker) {
    switch (speaker) {
        case model::Speaker::device:
            return "device";
        case model::Speaker::wire:
            return "wire";
        case model::Speaker::service:
            return "service";
        case model::Speaker::hub:
            return "hub";
        case model::Speaker::app:
            return "app";
    }
    return "hub";
}

std::string describe(const model::Expectation& expectation, const Bindings& bindings) {
    std::string text = std::string(speaker_name(expectation.speaker)) + ": " + expectation.event;
    std::string separator = " ";
    for (const auto& field : expectation.fields) {
        text += separator + field.name + " " + interpolate_text(model::describe(field.value), bindings);
        separator = ", ";
    }
    return text;
}

}  // namespace hubspec::run
