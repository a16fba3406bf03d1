#pragma once

#include <functional>
#include <map>
#include <stdexcept>
#include <string>

namespace hubspec::bench {

/// What each option `--NAME VALUE` does with its value.
using Setters = std::map<std::string, std::function<void(const std::string&)>>;

template <class Number>
std::function<void(const std::string&)> number(Number& value) {
    return [&value](const std::string& text) { value = static_cast<Number>(std::stod(text)); };
}
inline std::function<void(const std::string&)> text(std::string& value) {
    return [&value](const std::string& given) { value = given; };
}

/// Options from the second argument on; the first says what is to be measured.
inline void parse(int count, char** arguments, const Setters& known) {
    if (count < 2 || count % 2 != 0)
        throw std::runtime_error("usage: " + std::string(arguments[0]) + " WHAT [--OPTION VALUE]...");
    for (int i = 2; i + 1 < count; i += 2) {
        const std::string name = arguments[i];
        const auto found = name.starts_with("--") ? known.find(name.substr(2)) : known.end();
        if (found == known.end()) throw std::runtime_error("there is no option '" + name + "'");
        found->second(arguments[i + 1]);
    }
}

}  // namespace hubspec::bench
