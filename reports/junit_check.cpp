#include "reports/junit_check.hpp"

#include <fmt/format.h>
#include <utf8.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <pugixml.hpp>

namespace hubspec::reports {

namespace {

constexpr std::size_t longest_name = 512;  // of a title in Azure DevOps

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "61.235": readers that validate take no more decimals.
bool is_time(std::string_view text) {
    const auto dot = text.find('.');
    return dot != std::string_view::npos && is_digits(text.substr(0, dot)) && is_digits(text.substr(dot + 1)) &&
           text.size() - dot == 4;
}

bool is_timestamp(std::string_view text) {
    constexpr std::string_view form = "0000-00-00T00:00:00";
    if (text.size() != form.size()) return false;
    for (std::size_t i = 0; i < form.size(); ++i)
        if (form[i] == '0' ? !is_digits(text.substr(i, 1)) : text[i] != form[i]) return false;
    return true;
}

struct Counters {
    std::size_t tests = 0, failures = 0, errors = 0, skipped = 0;
};

class Checker {
public:
    Checker(std::string_view text, JunitFlavor flavor) : text_(text), strict_(flavor == JunitFlavor::strict) {
        for (std::size_t i = 0; i < text.size(); ++i)
            if (text[i] == '\n') ends_.push_back(i);
    }

    std::vector<JunitProblem> check() {
        if (!check_bytes()) return problems_;
        pugi::xml_document document;
        const auto parsed = document.load_buffer(text_.data(), text_.size(), pugi::parse_full, pugi::encoding_utf8);
        if (!parsed) {
            add(line_at(static_cast<std::size_t>(parsed.offset)),
                std::string("this is no XML: ") + parsed.description());
            return problems_;
        }
        check_document(document);
        std::stable_sort(problems_.begin(), problems_.end(),
                         [](const JunitProblem& a, const JunitProblem& b) { return a.line < b.line; });
        return problems_;
    }

private:
    // The parser takes what XML 1.0 does not allow.
    bool check_bytes() {
        const auto bad = utf8::find_invalid(text_.begin(), text_.end());
        if (bad != text_.end())
            return add(line_at(static_cast<std::size_t>(bad - text_.begin())), "these bytes are no UTF-8"), false;
        for (std::size_t i = 0; i < text_.size(); ++i) {
            const auto c = static_cast<unsigned char>(text_[i]);
            if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
                return add(line_at(i), fmt::format("XML has no character \\x{:02x}", c)), false;
        }
        return true;
    }

    void check_document(const pugi::xml_document& document) {
        for (const auto node : document.children())
            if (node.type() == pugi::node_doctype) add(node, "a DOCTYPE is refused by careful readers");
        const auto root = document.document_element();
        if (std::string_view(root.name()) != "testsuites")
            return add(root, fmt::format("the root is <{}>, <testsuites> is expected", root.name()));
        Counters all;
        for (const auto node : root.children()) {
            if (node.type() != pugi::node_element) continue;
            if (std::string_view(node.name()) != "testsuite")
                add(node, fmt::format("<{}> in <testsuites>; only <testsuite> may stand there", node.name()));
            else
                check_suite(node, all);
        }
        check_counters(root, all);
        if (strict_) refuse(root, {"skipped", "timestamp"});
    }

    void check_suite(const pugi::xml_node suite, Counters& all) {
        check_name(suite);
        if (const auto began = suite.attribute("timestamp"); began && !is_timestamp(began.value()))
            add(suite, fmt::format("timestamp \"{}\" is no UTC time without zone and fraction", began.value()));
        Counters counters;
        for (const auto node : suite.children()) {
            if (node.type() != pugi::node_element) continue;
            const std::string_view name = node.name();
            if (name == "testcase")
                check_case(node, counters);
            else if (!is_one_of(name, {"properties", "system-out", "system-err"}))
                add(node, fmt::format("<{}> in <testsuite>: {}", name,
                                      name == "testsuite" ? "some readers look no deeper than two levels"
                                                          : "it must stand in a <testcase>"));
        }
        check_counters(suite, counters);
        all.tests += counters.tests;
        all.failures += counters.failures;
        all.errors += counters.errors;
        all.skipped += counters.skipped;
    }

    void check_case(const pugi::xml_node node, Counters& counters) {
        check_name(node);
        check_time(node);
        if (std::string_view(node.attribute("classname").value()).empty()) add(node, "classname is missing");
        const std::string name = node.attribute("name").value();
        if (const auto [first, fresh] = names_.try_emplace(name, line_of(node)); !fresh)
            add(node,
                fmt::format("the name \"{}\" is that of line {} too; of cases with one name some readers keep the "
                            "first only",
                            name, first->second));
        ++counters.tests;
        std::size_t ended = 0;
        for (const auto child : node.children()) {
            const std::string_view kind = child.name();
            if (kind == "failure") ++counters.failures;
            if (kind == "error") ++counters.errors;
            if (kind == "skipped") ++counters.skipped;
            if (is_one_of(kind, {"failure", "error", "skipped"})) ++ended, check_outcome(child);
            if (is_one_of(kind, {"flakyError", "rerunError"}))
                add(child, fmt::format("<{}> is known to few readers; the Failure form is to all", kind));
        }
        if (ended > 1) add(node, "a case has one outcome; there are " + std::to_string(ended));
        if (strict_) {
            refuse(node, {"file", "line", "assertions", "timestamp"});
            if (node.child("properties")) add(node, "validating readers refuse <properties> in a <testcase>");
        }
        check_attachments(node);
    }

    void check_outcome(const pugi::xml_node node) {
        const bool skipped = std::string_view(node.name()) == "skipped";
        if (std::string_view(node.attribute("message").value()).empty())
            add(node, fmt::format("<{}> without message", node.name()));
        if (!skipped && std::string_view(node.attribute("type").value()).empty())
            add(node, fmt::format("<{}> without type", node.name()));
    }

    // Readers take "[[ATTACHMENT|path]]" for an order only where it is a line.
    void check_attachments(const pugi::xml_node node) {
        constexpr std::string_view mark = "[[ATTACHMENT|";
        const std::string_view out = node.child("system-out").text().get();
        for (auto at = out.find(mark); at != std::string_view::npos; at = out.find(mark, at + 1)) {
            const auto end = out.find("]]", at);
            const bool alone = (at == 0 || out[at - 1] == '\n') && end != std::string_view::npos &&
                               (end + 2 == out.size() || out[end + 2] == '\n');
            if (!alone) add(node, "an [[ATTACHMENT|...]] that is no line of its own");
        }
    }

    void check_name(const pugi::xml_node node) {
        const std::string_view name = node.attribute("name").value();
        if (name.empty()) add(node, fmt::format("<{}> without name", node.name()));
        if (name.size() > longest_name)
            add(node, fmt::format("a name of {} bytes; {} are shown", name.size(), longest_name));
    }

    void check_time(const pugi::xml_node node) {
        if (const auto time = node.attribute("time"); !is_time(time.value()))
            add(node, fmt::format("time \"{}\" is not seconds with three decimals", time.value()));
    }

    void check_counters(const pugi::xml_node node, const Counters& counted) {
        check_time(node);
        check_counter(node, "tests", counted.tests, true);
        check_counter(node, "failures", counted.failures, true);
        check_counter(node, "errors", counted.errors, true);
        check_counter(node, "skipped", counted.skipped, false);
    }

    void check_counter(const pugi::xml_node node, const char* name, std::size_t counted, bool required) {
        const auto given = node.attribute(name);
        if (!given && !required) return;
        if (given.value() != std::to_string(counted))
            add(node, fmt::format("{}=\"{}\" on <{}>, but there are {}", name, given.value(), node.name(), counted));
    }

    void refuse(const pugi::xml_node node, std::initializer_list<const char*> names) {
        for (const auto* name : names)
            if (node.attribute(name)) add(node, fmt::format("validating readers refuse {} on <{}>", name, node.name()));
    }

    std::size_t line_at(std::size_t offset) const {
        return 1 + static_cast<std::size_t>(std::lower_bound(ends_.begin(), ends_.end(), offset) - ends_.begin());
    }
    std::size_t line_of(const pugi::xml_node node) const {
        return line_at(static_cast<std::size_t>(std::max<std::ptrdiff_t>(node.offset_debug(), 0)));
    }
    void add(std::size_t line, std::string text) { problems_.push_back({line, std::move(text)}); }
    void add(const pugi::xml_node node, std::string text) { add(line_of(node), std::move(text)); }

    std::string_view text_;
    bool strict_;
    std::vector<std::size_t> ends_;             ///< of the lines
    std::map<std::string, std::size_t> names_;  ///< with the line of the first
    std::vector<JunitProblem> problems_;
};

}  // namespace

std::vector<JunitProblem> check_junit(std::string_view text, JunitFlavor flavor) {
    return Checker(text, flavor).check();
}

}  // namespace hubspec::reports
