#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "harness/model/value.hpp"

/// `applies: target.tier == standard and not target.edge`
namespace hubspec::scenario {

struct Expression;
using ExpressionPointer = std::shared_ptr<const Expression>;

/// `standard`, `"standard"`, 5, true.
struct Literal {
    model::Value value;
};
/// `target.tier`: a dotted path into the capabilities.
struct Capability {
    std::string path;
};
enum class Relation { equal, unequal, less, less_or_equal, greater, greater_or_equal };
struct Compare {
    Relation relation = Relation::equal;
    ExpressionPointer left, right;
};
struct Not {
    ExpressionPointer inner;
};
struct And {
    ExpressionPointer left, right;
};
struct Or {
    ExpressionPointer left, right;
};

struct Expression {
    std::variant<Literal, Capability, Compare, Not, And, Or> form;
    std::size_t offset = 0;  ///< of its first byte in the text
};

/// Why a text is no expression.
struct ExpressionError {
    std::string message;
    std::size_t offset = 0;
    std::size_t length = 1;
};

std::variant<ExpressionPointer, ExpressionError> parse_expression(std::string_view text);

/// The capabilities that it speaks of, such as "target.tier".
std::vector<std::string> names_in(const Expression& expression);

struct Applicability {
    bool holds = false;
    std::string reason;  ///< why not: `target.tier is "basic", needed "standard"`; empty when it holds
};

/// `capabilities` is an object with what the names stand for: {"target": {"tier": "standard"}}.
Applicability evaluate(const Expression& expression, const model::Value& capabilities);
/// Of a text; one that is no expression does not hold.
Applicability evaluate(std::string_view text, const model::Value& capabilities);

}  // namespace hubspec::scenario
