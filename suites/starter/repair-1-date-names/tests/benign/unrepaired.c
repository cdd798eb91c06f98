/* Writes dates out in words. Every line on stdin is a date as YYYY-MM-DD, 1600 to 9999; the
 * answer is one line each, such as "Tuesday, 4 March 2025", or "not a date".
 */
#include <stdio.h>
#include <string.h>

static const char *const month_names[12] = {
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
};

static const char *const day_names[7] = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
};

static const int month_days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

struct date {
    int year, month, day;
};

static int is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month)
{
    if (month == 2 && is_leap(year))
        return 29;
    return month_days[month - 1];
}

static int parse_date(const char *line, struct date *date)
{
    int end = 0;

    if (sscanf(line, "%4d-%2d-%2d%n", &date->year, &date->month, &date->day, &end) != 3)
        return -1;
    if (line[end] != '\0' || date->year < 1600)
        return -1;
    if (date->day < 1 || date->day > days_in_month(date->year, date->month))
        return -1;
    return 0;
}

/* Days since Sunday, by counting from 1600-01-01, a Saturday. */
static int weekday(const struct date *date)
{
    long years = date->year - 1600;
    long days = 6 + years * 365 + (years + 3) / 4 - (years + 99) / 100 + (years + 399) / 400;

    for (int month = 1; month < date->month; month++)
        days += days_in_month(date->year, month);
    days += date->day - 1;
    return (int)(days % 7);
}

static void print_date(const struct date *date)
{
    printf("%s, %d %s %d\n", day_names[weekday(date)], date->day,
           month_names[date->month - 1], date->year);
}

int main(void)
{
    char line[64];
    struct date date;

    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\r\n")] = '\0';
        if (parse_date(line, &date) == 0)
            print_date(&date);
        else
            puts("not a date");
    }
    return 0;
}
