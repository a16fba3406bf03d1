#include <array>
#include <charconv>
#include <optional>

#include "harness/scenario/expression.hpp"

namespace hubspec::scenario {

namespace {

constexpr int deepest = 32;

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct Token {
    enum class Kind { end, word, number, text, sign } kind = Kind::end;
    std::string text;
    std::size_t offset = 0, length = 1;
};

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) { next(); }

    std::variant<ExpressionPointer, ExpressionError> parse() {
        auto whole = condition();
        if (!error_ && token_.kind != Token::Kind::end) fail("expected 'and', 'or' or the end here");
        if (error_) return *error_;
        return whole;
    }

private:
    // --- tokens ---

    void next() {
        while (at_ < text_.size() && text_[at_] == ' ') ++at_;
        token_ = {Token::Kind::end, {}, at_, 1};
        if (at_ == text_.size()) return;
        const char first = text_[at_];
        if (is_name_start(first)) return take_word();
        if (is_digit(first) || (first == '-' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1])))
            return take_number();
        if (first == '"' || first == '\'') return take_text(first);
        take_sign();
    }

    void take(Token::Kind kind, std::size_t length) {
        token_ = {kind, std::string(text_.substr(at_, length)), at_, length};
        at_ += length;
    }

    void take_word() {
        std::size_t length = 1;
        while (at_ + length < text_.size() &&
               (is_name_start(text_[at_ + length]) || is_digit(text_[at_ + length]) || text_[at_ + length] == '.'))
            ++length;
        take(Token::Kind::word, length);
    }

    void take_number() {
        std::size_t length = 1;
        while (at_ + length < text_.size() && (is_digit(text_[at_ + length]) || text_[at_ + length] == '.')) ++length;
        take(Token::Kind::number, length);
    }

    void take_text(char quote) {
        const auto close = text_.find(quote, at_ + 1);
        if (close == std::string_view::npos) {
            fail("this quoted text is never closed");
            at_ = text_.size();
            return;
        }
        take(Token::Kind::text, close + 1 - at_);
        token_.text = token_.text.substr(1, token_.text.size() - 2);
    }

    void take_sign() {
        for (const std::string_view sign : {"==", "!=", "<=", ">=", "<", ">", "(", ")"})
            if (text_.substr(at_).starts_with(sign)) return take(Token::Kind::sign, sign.size());
        fail(text_[at_] == '=' ? "write '==' to compare" : "this character means nothing here");
        at_ = text_.size();
    }

    bool is_word(std::string_view word) const { return token_.kind == Token::Kind::word && token_.text == word; }
    bool is_sign(std::string_view sign) const { return token_.kind == Token::Kind::sign && token_.text == sign; }

    void fail(std::string message) { fail(std::move(message), token_.offset, token_.length); }
    void fail(std::string message, std::size_t offset, std::size_t length) {
        if (!error_) error_ = ExpressionError{std::move(message), offset, length};
        token_.kind = Token::Kind::end;
        at_ = text_.size();
    }

    static ExpressionPointer make(decltype(Expression::form) form, std::size_t offset) {
        return std::make_shared<const Expression>(Expression{std::move(form), offset});
    }

    // --- grammar, loosest first ---

    ExpressionPointer condition() {
        if (++depth_ > deepest) return fail("this is nested too deep"), nothing();
        auto left = all_of();
        while (is_word("or")) {
            const auto offset = token_.offset;
            next();
            auto right = all_of();
            left = make(Or{std::move(left), std::move(right)}, offset);
        }
        --depth_;
        return left;
    }

    ExpressionPointer all_of() {
        auto left = negation();
        while (is_word("and")) {
            const auto offset = token_.offset;
            next();
            auto right = negation();
            left = make(And{std::move(left), std::move(right)}, offset);
        }
        return left;
    }

    ExpressionPointer negation() {
        if (!is_word("not")) return comparison();
        if (++depth_ > deepest) return fail("this is nested too deep"), nothing();
        const auto offset = token_.offset;
        next();
        auto inner = negation();
        --depth_;
        return make(Not{std::move(inner)}, offset);
    }

    ExpressionPointer comparison() {
        const Token first = token_;
        auto left = operand();
        if (const auto relation = relation_here()) {
            const auto offset = token_.offset;
            next();
            const Token second = token_;
            auto right = operand();
            if (!is_value(*left)) fail("only capabilities and values can be compared", first.offset, first.length);
            if (!is_value(*right)) fail("only capabilities and values can be compared", second.offset, second.length);
            return make(Compare{*relation, std::move(left), std::move(right)}, offset);
        }
        const auto* literal = std::get_if<Literal>(&left->form);
        if (literal != nullptr && !std::holds_alternative<bool>(literal->value.form))
            fail("this alone is no condition; capabilities are written target.NAME", first.offset, first.length);
        return left;
    }

    static bool is_value(const Expression& operand) {
        return std::holds_alternative<Literal>(operand.form) || std::holds_alternative<Capability>(operand.form);
    }

    std::optional<Relation> relation_here() const {
        using Pair = std::pair<std::string_view, Relation>;
        static constexpr std::array<Pair, 6> relations{
            Pair{"==", Relation::equal},         Pair{"!=", Relation::unequal}, Pair{"<", Relation::less},
            Pair{"<=", Relation::less_or_equal}, Pair{">", Relation::greater},  Pair{">=", Relation::greater_or_equal}};
        for (const auto& [sign, relation] : relations)
            if (is_sign(sign)) return relation;
        return std::nullopt;
    }

    ExpressionPointer operand() {
        const Token token = token_;
        switch (token.kind) {
            case Token::Kind::text:
                return next(), make(Literal{token.text}, token.offset);
            case Token::Kind::number:
                return next(), number(token);
            case Token::Kind::word:
                return word(token);
            case Token::Kind::sign:
                if (token.text == "(") return parenthesis();
                break;
            case Token::Kind::end:
                break;
        }
        return fail("expected a capability such as target.tier, or a value"), nothing();
    }

    ExpressionPointer parenthesis() {
        const auto open = token_.offset;
        next();
        auto inner = condition();
        if (!is_sign(")")) return fail("this '(' is never closed", open, 1), nothing();
        next();
        return inner;
    }

    ExpressionPointer word(const Token& token) {
        if (token.text == "and" || token.text == "or" || token.text == "not")
            return fail("expected a capability such as target.tier, or a value"), nothing();
        next();
        if (token.text == "true" || token.text == "false") return make(Literal{token.text == "true"}, token.offset);
        if (token.text.find('.') == std::string::npos) return make(Literal{token.text}, token.offset);
        const bool known = token.text.starts_with("target.") || token.text.starts_with("ics.");
        if (!known || token.text.ends_with('.') || token.text.find("..") != std::string::npos)
            fail("'" + token.text + "' is no capability; they begin with 'target.' or 'ics.'", token.offset,
                 token.length);
        return make(Capability{token.text}, token.offset);
    }

    ExpressionPointer number(const Token& token) {
        const auto* begin = token.text.data();
        const auto* end = begin + token.text.size();
        std::int64_t whole = 0;
        if (const auto [stop, problem] = std::from_chars(begin, end, whole); problem == std::errc{} && stop == end)
            return make(Literal{whole}, token.offset);
        double real = 0;
        if (const auto [stop, problem] = std::from_chars(begin, end, real); problem == std::errc{} && stop == end)
            return make(Literal{real}, token.offset);
        return fail("'" + token.text + "' is no number", token.offset, token.length), nothing();
    }

    static ExpressionPointer nothing() { return make(Literal{false}, 0); }

    std::string_view text_;
    std::size_t at_ = 0;
    int depth_ = 0;
    Token token_;
    std::optional<ExpressionError> error_;
};

}  // namespace

std::variant<ExpressionPointer, ExpressionError> parse_expression(std::string_view text) {
    return Parser(text).parse();
}

}  // namespace hubspec::scenario
