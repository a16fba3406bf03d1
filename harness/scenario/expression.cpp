#include "harness/scenario/expression.hpp"

#include <optional>

#include "harness/mqtt/packet.hpp"

namespace hubspec::scenario {

namespace {

using model::Value;
using mqtt::overloaded;

/// What an operand stands for; nullptr for a capability that the target does not have.
const Value* value_of(const Expression& operand, const Value& capabilities) {
    if (const auto* literal = std::get_if<Literal>(&operand.form)) return &literal->value;
    const auto* capability = std::get_if<Capability>(&operand.form);
    if (capability == nullptr) return nullptr;
    const Value* value = &capabilities;
    for (std::string_view path = capability->path; value != nullptr && !path.empty();) {
        const auto dot = path.find('.');
        value = value->find(path.substr(0, dot));
        path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
    }
    return value;
}

std::string name_of(const Expression& operand) {
    if (const auto* literal = std::get_if<Literal>(&operand.form)) return to_json(literal->value);
    if (const auto* capability = std::get_if<Capability>(&operand.form)) return capability->path;
    return "the condition";
}

std::string found(const Value* value) { return value == nullptr ? "not known" : to_json(*value); }

std::optional<double> number_of(const Value* value) {
    if (value == nullptr) return std::nullopt;
    if (const auto* integer = value->integer()) return static_cast<double>(*integer);
    if (const auto* real = std::get_if<double>(&value->form)) return *real;
    return std::nullopt;
}

bool is_true(const Value* value) {
    const auto* flag = value == nullptr ? nullptr : std::get_if<bool>(&value->form);
    return flag != nullptr && *flag;
}

bool holds(Relation relation, const Value* left, const Value* right) {
    if (relation == Relation::equal) return left != nullptr && right != nullptr && *left == *right;
    if (relation == Relation::unequal) return !holds(Relation::equal, left, right);
    const auto a = number_of(left), b = number_of(right);
    if (!a || !b) return false;
    switch (relation) {
        case Relation::less:
            return *a < *b;
        case Relation::less_or_equal:
            return *a <= *b;
        case Relation::greater:
            return *a > *b;
        default:
            return *a >= *b;
    }
}

std::string_view words(Relation relation, bool wanted) {
    switch (relation) {
        case Relation::equal:
            return wanted ? "" : "anything but ";
        case Relation::unequal:
            return wanted ? "anything but " : "";
        case Relation::less:
            return wanted ? "less than " : "at least ";
        case Relation::less_or_equal:
            return wanted ? "at most " : "more than ";
        case Relation::greater:
            return wanted ? "more than " : "at most ";
        case Relation::greater_or_equal:
            return wanted ? "at least " : "less than ";
    }
    return "";
}

Applicability verdict(bool holds, const std::string& reason) { return {holds, holds ? std::string() : reason}; }

Applicability check(const Expression& expression, const Value& capabilities, bool wanted);

/// `and` when both must be as wanted, `or` when one of them must.
Applicability check_both(const Expression& left, const Expression& right, const Value& capabilities, bool wanted,
                         bool both) {
    const auto first = check(left, capabilities, wanted);
    if (first.holds != both) return first;
    const auto second = check(right, capabilities, wanted);
    if (both || second.holds) return second;
    return {false, first.reason + "; " + second.reason};
}

Applicability check_comparison(const Compare& compare, const Value& capabilities, bool wanted) {
    const auto* left = value_of(*compare.left, capabilities);
    const auto* right = value_of(*compare.right, capabilities);
    const bool right_is_name = std::holds_alternative<Capability>(compare.right->form);
    const std::string other = right_is_name ? name_of(*compare.right) + " (" + found(right) + ")" : found(right);
    return verdict(holds(compare.relation, left, right) == wanted,
                   name_of(*compare.left) + " is " + found(left) + ", needed " +
                       std::string(words(compare.relation, wanted)) + other);
}

/// Whether the expression is what is wanted, and if not, why.
Applicability check(const Expression& expression, const Value& capabilities, bool wanted) {
    const auto truth = [&](const Value* value) {
        return verdict(is_true(value) == wanted,
                       name_of(expression) + " is " + found(value) + ", needed " + (wanted ? "true" : "false"));
    };
    return std::visit(
        overloaded{
            [&](const Literal& literal) { return truth(&literal.value); },
            [&](const Capability&) { return truth(value_of(expression, capabilities)); },
            [&](const Compare& compare) { return check_comparison(compare, capabilities, wanted); },
            [&](const Not& negation) { return check(*negation.inner, capabilities, !wanted); },
            [&](const And& both) { return check_both(*both.left, *both.right, capabilities, wanted, wanted); },
            [&](const Or& either) { return check_both(*either.left, *either.right, capabilities, wanted, !wanted); },
        },
        expression.form);
}

void add_names(const Expression& expression, std::vector<std::string>& names) {
    const auto add = [&](const ExpressionPointer& inner) { add_names(*inner, names); };
    std::visit(overloaded{
                   [](const Literal&) {},
                   [&](const Capability& capability) { names.push_back(capability.path); },
                   [&](const Compare& compare) { add(compare.left), add(compare.right); },
                   [&](const Not& negation) { add(negation.inner); },
                   [&](const And& both) { add(both.left), add(both.right); },
                   [&](const Or& either) { add(either.left), add(either.right); },
               },
               expression.form);
}

}  // namespace

std::vector<std::string> names_in(const Expression& expression) {
    std::vector<std::string> names;
    add_names(expression, names);
    return names;
}

Applicability evaluate(const Expression& expression, const Value& capabilities) {
    return check(expression, capabilities, true);
}

Applicability evaluate(std::string_view text, const Value& capabilities) {
    const auto parsed = parse_expression(text);
    if (const auto* error = std::get_if<ExpressionError>(&parsed))
        return {false, "'" + std::string(text) + "' is no condition: " + error->message};
    return evaluate(*std::get<ExpressionPointer>(parsed), capabilities);
}

}  // namespace hubspec::scenario
