#include "harness/scenario/source_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "harness/scenario/text.hpp"

namespace hubspec::scenario {

namespace {

namespace fs = std::filesystem;

std::string hexadecimal(unsigned value, int digits) {
    char text[16];
    std::snprintf(text, sizeof text, "%0*X", digits, value);
    return text;
}

// YAML 1.2 allows tab, line ends and what can be printed. NEL and the like would be lines to some readers only.
bool is_allowed(char32_t c) {
    if (c < 0x20) return c == '\t' || c == '\n';
    return c != 0x7F && !(c >= 0x80 && c <= 0x9F) && c != 0x2028 && c != 0x2029 && c != 0xFEFF && c != 0xFFFE &&
           c != 0xFFFF;
}

Diagnostic whole_file(const std::string& name, std::string message) {
    Diagnostic diagnostic;
    diagnostic.file = name;
    diagnostic.message = std::move(message);
    return diagnostic;
}

// What stops a file from being read, or nothing.
std::string obstacle(const std::string& path) {
    std::error_code error;
    const auto status = fs::status(path, error);
    if (status.type() == fs::file_type::not_found) return "there is no such file";
    if (error) return "the file cannot be read: " + error.message();
    if (fs::is_directory(status)) return "this is a directory, not a file";
    if (!fs::is_regular_file(status)) return "this is not a regular file";
    const auto size = fs::file_size(path, error);
    if (!error && size > largest_file) return too_large(size);
    return {};
}

}  // namespace

std::string too_large(std::uintmax_t size) {
    return "the file has " + std::to_string(size) + " bytes; more than " + std::to_string(largest_file) +
           " are not read";
}

std::string_view SourceFile::line(int number) const {
    if (number < 1 || static_cast<std::size_t>(number) > line_starts.size()) return {};
    const auto begin = line_starts[static_cast<std::size_t>(number) - 1];
    auto end = std::min(text.find('\n', begin), text.size());
    if (end > begin && text[end - 1] == '\r') --end;
    return std::string_view(text).substr(begin, end - begin);
}

model::Place SourceFile::place(std::size_t offset) const {
    offset = std::min(offset, text.size());
    const auto next = std::upper_bound(line_starts.begin(), line_starts.end(), offset);
    const auto begin = *(next - 1);
    const auto column = count_characters(std::string_view(text).substr(begin, offset - begin)) + 1;
    return {static_cast<int>(next - line_starts.begin()), static_cast<int>(column)};
}

SourceFilePointer make_source(std::string name, std::string text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    auto file = std::make_shared<SourceFile>();
    file->name = std::move(name);
    file->text = std::move(text);
    file->line_starts.push_back(0);
    for (std::size_t at = 0; at < file->text.size(); ++at)
        if (file->text[at] == '\n') file->line_starts.push_back(at + 1);
    return file;
}

SourceFilePointer read_source(const std::string& path, Diagnostics& diagnostics) {
    if (const auto why = obstacle(path); !why.empty()) {
        diagnostics.push_back(whole_file(path, why));
        return nullptr;
    }
    errno = 0;
    std::ifstream in(path, std::ios::binary);
    std::string text;  // no larger than the file: a suite has many, and they stay
    std::array<char, 16 * 1024> part;
    do {
        in.read(part.data(), part.size());
        text.append(part.data(), static_cast<std::size_t>(in.gcount()));
    } while (in && text.size() <= largest_file);
    const bool large = text.size() > largest_file;
    if (large || !in.eof()) {
        diagnostics.push_back(whole_file(
            path, large ? too_large(text.size()) : std::string("the file cannot be read: ") + std::strerror(errno)));
        return nullptr;
    }
    return make_source(path, std::move(text));
}

Diagnostic diagnose(const SourceFile& file, model::Place place, int length, std::string message) {
    Diagnostic diagnostic;
    diagnostic.file = file.name;
    diagnostic.place = place;
    diagnostic.length = length;
    diagnostic.message = std::move(message);
    diagnostic.source_line = std::string(file.line(place.line));
    return diagnostic;
}

bool check_characters(const SourceFile& file, Diagnostics& diagnostics) {
    for (std::size_t i = 0; i < file.line_starts.size(); ++i) {
        const int number = static_cast<int>(i) + 1;
        if (file.line(number).size() <= longest_line) continue;
        diagnostics.push_back(diagnose(file, {number, 1}, 1,
                                       "this line has more than " + std::to_string(longest_line) + " bytes; break it"));
        diagnostics.back().source_line.resize(200);
        return false;
    }
    if (const auto bad = first_invalid_utf8(file.text)) {
        const auto byte = hexadecimal(static_cast<unsigned char>(file.text[*bad]), 2);
        diagnostics.push_back(
            diagnose(file, file.place(*bad), 1, "the byte 0x" + byte + " belongs to no character: files are UTF-8"));
        return false;
    }
    std::size_t at = 0;
    for (const char32_t c : decode_utf8(file.text)) {
        const bool line_end = c == '\r' && at + 1 < file.text.size() && file.text[at + 1] == '\n';
        if (!line_end && !is_allowed(c)) {
            const std::string what = c == 0 ? "a NUL byte: this is no text file"
                                            : "the control character U+" + hexadecimal(c, 4) +
                                                  " cannot be seen; write it as an escape in \"...\"";
            diagnostics.push_back(diagnose(file, file.place(at), 1, what));
            return false;
        }
        at += encode_utf8(c).size();
    }
    return true;
}

}  // namespace hubspec::scenario
