struct $t_item {
unsigned $number;
unsigned $value;
};

static struct $t_item *$g_items, *$g_best;
static size_t $g_used, $g_cap;

@op(add)
{
@fields(add; value:u16)
@guard
if ($g_used == $g_cap) {
struct $t_item *$moved;
@<@|size_t $place = $g_best ? (size_t)($g_best - $g_items) : 0;
@>
@refuse($g_cap > @MAX)
$moved = realloc($g_items, ($g_cap + @GROW) * sizeof *$moved);
@refuse(!$moved)
@<@|if ($g_best)
$g_best = $moved + $place;
@>$g_items = $moved;
$g_cap += @GROW;
}
$g_items[$g_used].$number = (unsigned)$g_used;
$g_items[$g_used++].$value = $value;
@ok;
}

@op(mark)
{
@fields(mark; into:u8)
@refuse($into >= $g_used)
$g_best = $g_items + $into;
@ok;
}

@op(show)
{
@fields(show; amount:u8)
@refuse(!$g_best)
printf("@{%u %u@|no %u: %u@|%u=%u@}\n", $g_best->$number, $g_best->$value + $amount);
@ok;
}
