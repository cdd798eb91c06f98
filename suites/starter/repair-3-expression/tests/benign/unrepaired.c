/* A calculator. Every line on stdin is an expression of whole numbers, + - * / % and round
 * brackets; the answer is one line each, or an error in words: "division by zero", "bracket
 * without a partner", "unknown character", and "not an expression" where an operator lacks a
 * number or a number an operator. Numbers wrap at 64 bits.
 * At least 16 numbers and 16 operators can wait at a time; a line that needs more may be
 * answered with "too deep".
 */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { DEPTH = 16 };

struct calculator {
    int64_t numbers[DEPTH];
    char operators[DEPTH];
    int number_count, operator_count;
    const char *error;
};

static void push_number(struct calculator *calc, int64_t number)
{
    calc->numbers[calc->number_count++] = number;
}

static void push_operator(struct calculator *calc, char operator)
{
    calc->operators[calc->operator_count++] = operator;
}

static int64_t pop_number(struct calculator *calc)
{
    return calc->numbers[--calc->number_count];
}

static int64_t divide(struct calculator *calc, int64_t a, int64_t b, int want_rest)
{
    if (b == 0) {
        calc->error = "division by zero";
        return 0;
    }
    if (b == -1)
        return want_rest ? 0 : (int64_t)(0 - (uint64_t)a);
    return want_rest ? a % b : a / b;
}

static void apply(struct calculator *calc)
{
    char operator = calc->operators[--calc->operator_count];
    int64_t b = pop_number(calc);
    int64_t a = pop_number(calc);

    switch (operator) {
    case '+':
        push_number(calc, (int64_t)((uint64_t)a + (uint64_t)b));
        break;
    case '-':
        push_number(calc, (int64_t)((uint64_t)a - (uint64_t)b));
        break;
    case '*':
        push_number(calc, (int64_t)((uint64_t)a * (uint64_t)b));
        break;
    default:
        push_number(calc, divide(calc, a, b, operator == '%'));
    }
}

static int rank(char operator)
{
    return operator == '(' ? 0 : operator == '+' || operator == '-' ? 1 : 2;
}

static char top_operator(const struct calculator *calc)
{
    return calc->operators[calc->operator_count - 1];
}

static const char *read_number(struct calculator *calc, const char *text)
{
    uint64_t number = 0;

    while (isdigit((unsigned char)*text))
        number = number * 10 + (uint64_t)(*text++ - '0');
    push_number(calc, (int64_t)number);
    return text;
}

static void close_bracket(struct calculator *calc)
{
    while (!calc->error && calc->operator_count > 0 && top_operator(calc) != '(')
        apply(calc);
    if (calc->operator_count == 0)
        calc->error = "bracket without a partner";
    else
        calc->operator_count--;
}

static void evaluate(struct calculator *calc, const char *text)
{
    while (!calc->error && *text) {
        char c = *text;

        if (isdigit((unsigned char)c)) {
            text = read_number(calc, text);
            continue;
        }
        text++;
        if (c == '(') {
            push_operator(calc, c);
        } else if (c == ')') {
            close_bracket(calc);
        } else if (strchr("+-*/%", c)) {
            while (!calc->error && calc->operator_count > 0 && rank(top_operator(calc)) >= rank(c))
                apply(calc);
            push_operator(calc, c);
        } else if (c != ' ') {
            calc->error = "unknown character";
        }
    }
    while (!calc->error && calc->operator_count > 0) {
        if (top_operator(calc) == '(')
            calc->error = "bracket without a partner";
        else
            apply(calc);
    }
    if (!calc->error && calc->number_count != 1)
        calc->error = "not an expression";
}

int main(void)
{
    char line[512];

    while (fgets(line, sizeof line, stdin)) {
        struct calculator calc = {0};

        line[strcspn(line, "\r\n")] = '\0';
        evaluate(&calc, line);
        if (calc.error)
            puts(calc.error);
        else
            printf("%lld\n", (long long)calc.numbers[0]);
    }
    return 0;
}
