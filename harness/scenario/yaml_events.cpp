#include "harness/scenario/yaml_events.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <sstream>
#include <unordered_map>

#include "harness/scenario/scalar.hpp"
#include "harness/scenario/syntax_error.hpp"
#include "harness/scenario/text.hpp"

namespace hubspec::scenario::yaml {

namespace {

/// Ends the reading from inside an event; caught in build().
struct Stop {};

/// Text that a YAML node takes: from its first byte to the end of its first line at most.
struct Extent {
    std::size_t offset = 0;
    int length = 1;
};

class TreeBuilder : public YAML::EventHandler {
public:
    explicit TreeBuilder(Document& document) : document_(document), file_(*document.file) {}

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
        const auto offset = offset_of(mark);
        for (const std::string_view word : {"null", "Null", "NULL", "~"})
            if (rest(offset).starts_with(word)) return add_scalar(offset, std::string(word), false);
        add_missing(offset);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        const auto offset = offset_of(mark);
        say(offset, 1, "aliases are not supported; write the value again");
        add(broken_node(offset));
    }

    void OnAnchor(const YAML::Mark& mark, const std::string& name) override {
        say(offset_of(mark), 1 + static_cast<int>(count_characters(name)),
            "anchors are not supported; without aliases nothing needs one");
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
        const auto offset = offset_of(mark);
        if (refuses_tag(offset, tag)) return add(broken_node(offset));
        add_scalar(offset, value, tag == "!");
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {
        begin(offset_of(mark), tag, Sequence{});
    }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {
        begin(offset_of(mark), tag, Map{});
    }
    void OnSequenceEnd() override { end(); }
    void OnMapEnd() override { end(); }

    /// Behind the last node that was read: where to look for what is wrong after it.
    std::size_t read_until() const { return read_until_; }

private:
    struct Frame {
        Node node;
        Member key;  // of a map: the key whose value comes next
        bool has_key = false;
        bool ignored_key = false;                    // something was said about the key: its value does not count
        bool is_key = false;                         // the node itself stands where a key belongs
        std::unordered_map<std::string, int> lines;  // of the keys of a map
    };

    std::string_view rest(std::size_t offset) const {
        return std::string_view(file_.text).substr(std::min(offset, file_.text.size()));
    }
    static std::size_t offset_of(const YAML::Mark& mark) {
        return mark.pos < 0 ? 0 : static_cast<std::size_t>(mark.pos);
    }
    model::Place place(std::size_t offset) const { return file_.place(offset); }

    void say(std::size_t offset, int length, std::string message) { say(place(offset), length, std::move(message)); }
    void say(model::Place where, int length, std::string message) {
        if (inside_key_ == 0) document_.diagnostics.push_back(diagnose(file_, where, length, std::move(message)));
    }

    Node node_at(std::size_t offset) const {
        Node node;
        node.file = &file_;
        node.place = place(offset);
        return node;
    }
    Node broken_node(std::size_t offset) const {
        auto node = node_at(offset);
        node.broken = true;
        return node;
    }

    bool refuses_tag(std::size_t offset, const std::string& tag) {
        const bool is_tag = rest(offset).starts_with('!') || (tag != "?" && tag != "!" && !tag.empty());
        if (is_tag) say(offset, 1, "tags are not supported; text stands in quotes, numbers without");
        return is_tag;
    }

    void count(std::size_t offset) {
        read_until_ = std::max(read_until_, offset);
        if (++nodes_ <= most_nodes) return;
        say(offset, 1, "the file has more than " + std::to_string(most_nodes) + " values; what follows is not read");
        throw Stop{};
    }

    bool expects_key() const {
        return !frames_.empty() && frames_.back().node.map() != nullptr && !frames_.back().has_key;
    }

    // --- scalars ---

    void add_scalar(std::size_t offset, const std::string& text, bool quoted) {
        count(offset);
        const auto extent = scalar_extent(offset, text, quoted);
        if (expects_key()) return add_key(extent, text, quoted);
        auto node = node_at(offset);
        node.length = extent.length;
        Scalar scalar{text, text, quoted};
        if (!quoted) {
            auto plain = resolve_plain(text);
            scalar.value = std::move(plain.value);
            node.broken = !plain.problem.empty();
            if (node.broken) say(node.place, node.length, std::move(plain.problem));
        }
        node.form = std::move(scalar);
        add(std::move(node));
    }

    Extent scalar_extent(std::size_t offset, const std::string& text, bool quoted) {
        const auto line_end = std::min(file_.text.find_first_of("\r\n", offset), file_.text.size());
        auto last = quoted ? offset + 1 : std::min(line_end, offset + text.size());
        if (const char first = offset < file_.text.size() ? file_.text[offset] : '\0';
            quoted && (first == '"' || first == '\'')) {
            const auto close = closing_quote(file_.text, offset);
            if (close == std::string::npos) {  // yaml-cpp lets some of these pass
                say(offset, 1, unclosed_quote);
                throw Stop{};
            }
            last = std::min(line_end, close + 1);
            read_until_ = close + 1;
        } else {
            read_until_ = last;
        }
        const auto length = count_characters(std::string_view(file_.text).substr(offset, last - offset));
        return {offset, std::max(1, static_cast<int>(length))};
    }

    void add_key(const Extent& extent, const std::string& name, bool quoted) {
        auto& frame = frames_.back();
        frame.has_key = true;
        frame.key = {name, place(extent.offset), extent.length, {}};
        const auto [first, is_new] = frame.lines.try_emplace(name, frame.key.place.line);
        const bool merge = name == "<<" && !quoted;
        frame.ignored_key = merge || !is_new;
        if (merge)
            say(frame.key.place, extent.length, "merge keys are not supported; write the keys themselves");
        else if (!is_new)
            say(frame.key.place, extent.length,
                "the key '" + name + "' was given already in line " + std::to_string(first->second));
    }

    /// Nothing stands where a key, a value or an item belongs. "Not there" is written by leaving the key out.
    void add_missing(std::size_t offset) {
        count(offset);
        if (expects_key()) {
            say(offset, 1, "a key is missing here");
            frames_.back().has_key = frames_.back().ignored_key = true;
            return;
        }
        if (frames_.empty())
            say(offset, 1, "the file is empty");
        else if (frames_.back().node.map() == nullptr)
            say(offset, 1, "a list item is missing before this; write null, \"\", {} or []");
        else if (!frames_.back().ignored_key) {
            const auto& key = frames_.back().key;
            say(key.place, key.length, "the key '" + key.name + "' has no value; write null, \"\", {} or []");
        }
        add(broken_node(offset));
    }

    // --- containers ---

    void begin(std::size_t offset, const std::string& tag, decltype(Node::form) form) {
        count(offset);
        refuses_tag(offset, tag);
        Frame frame;
        frame.node = node_at(offset);
        frame.node.form = std::move(form);
        frame.is_key = expects_key();
        if (frame.is_key) refuse_key(offset);
        inside_key_ += frame.is_key ? 1 : 0;
        frames_.push_back(std::move(frame));
        if (frames_.size() <= static_cast<std::size_t>(deepest)) return;
        say(offset, 1, "this is nested deeper than " + std::to_string(deepest) + " levels");
        throw Stop{};
    }

    /// `{{qos}}` without quotes is, to YAML, a map whose key is a map.
    void refuse_key(std::size_t offset) {
        auto& parent = frames_.back().node;
        parent.broken = true;
        const auto close = file_.text.find("}}", offset);
        const bool is_name =
            offset > 0 && file_.text[offset - 1] == '{' && file_.text[offset] == '{' && close != std::string::npos;
        if (!is_name) return say(offset, 1, "a key must be text");
        const auto name = file_.text.substr(offset - 1, close + 3 - offset);
        if (name.find('\n') != std::string::npos) return say(offset, 1, "a key must be text");
        say(offset - 1, static_cast<int>(count_characters(name)), "a name must be in quotes: \"" + name + "\"");
    }

    void end() {
        auto frame = std::move(frames_.back());
        frames_.pop_back();
        if (!frame.is_key) return add(std::move(frame.node));
        --inside_key_;
        frames_.back().has_key = frames_.back().ignored_key = true;
    }

    void add(Node node) {
        if (frames_.empty()) {
            document_.root = std::move(node);
            return;
        }
        auto& frame = frames_.back();
        if (auto* sequence = std::get_if<Sequence>(&frame.node.form)) {
            sequence->items.push_back(std::move(node));
            return;
        }
        if (!frame.has_key) {  // only an alias or a tagged scalar comes here
            frame.has_key = frame.ignored_key = true;
            return;
        }
        frame.has_key = false;
        if (frame.ignored_key) return;
        frame.key.value = std::move(node);
        std::get<Map>(frame.node.form).members.push_back(std::move(frame.key));
    }

    Document& document_;
    const SourceFile& file_;
    std::vector<Frame> frames_;
    int inside_key_ = 0;
    std::size_t nodes_ = 0;
    std::size_t read_until_ = 0;
};

/// Sees where a document begins and nothing else.
class DocumentProbe : public YAML::EventHandler {
public:
    std::size_t offset = 0;
    void OnDocumentStart(const YAML::Mark& mark) override {
        offset = mark.pos < 0 ? 0 : static_cast<std::size_t>(mark.pos);
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
    void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
    void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
        throw Stop{};
    }
    void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
        throw Stop{};
    }
    void OnSequenceEnd() override {}
    void OnMapEnd() override {}
};

void refuse_second_document(const Document& document, std::size_t offset, Diagnostics& diagnostics) {
    const auto& file = *document.file;
    const bool marked = std::string_view(file.text).substr(offset).starts_with("---");
    const auto* what = marked        ? "a file holds one document; a second one begins here"
                       : offset == 0 ? "no document begins like this"
                                     : "this does not belong to what stands above; look at the indentation";
    diagnostics.push_back(diagnose(file, file.place(offset), 1, what));
}

// At most one further document is looked for: HandleNextDocument never comes to an end of a document such as ",".
void expect_end(YAML::Parser& parser, const Document& document, Diagnostics& diagnostics) {
    DocumentProbe probe;
    try {
        if (!parser.HandleNextDocument(probe)) return;
    } catch (const Stop&) {
    }
    refuse_second_document(document, probe.offset, diagnostics);
}

bool has_directive(const SourceFile& file) {
    for (int number = 1; static_cast<std::size_t>(number) <= file.line_starts.size(); ++number) {
        const auto line = file.line(number);
        if (line.starts_with('%')) return true;
        if (!line.empty() && !line.starts_with('#')) return false;
    }
    return false;
}

}  // namespace

void build(Document& document) {
    if (has_directive(*document.file)) {
        document.diagnostics.push_back(
            diagnose(*document.file, {1, 1}, 1, "directives are not supported; the file is YAML 1.2"));
        return;
    }
    std::istringstream in(document.file->text);
    TreeBuilder builder(document);
    try {
        YAML::Parser parser(in);
        parser.HandleNextDocument(builder);
        expect_end(parser, document, document.diagnostics);
    } catch (const YAML::Exception& error) {
        const auto offset = error.mark.pos < 0 ? 0 : static_cast<std::size_t>(error.mark.pos);
        document.diagnostics.push_back(explain_syntax(*document.file, error.msg, offset, builder.read_until()));
        document.root.broken = true;
    } catch (const Stop&) {
        document.root.broken = true;
    }
}

}  // namespace hubspec::scenario::yaml
