struct $t_item {
unsigned $number;
unsigned $value;
};

static struct $t_item *$g_items;
static size_t $g_used, $g_cap;

static int $f_grow(void)
{
struct $t_item *$moved;

if ($g_used < $g_cap)
return 1;
$moved = $g_cap < @MAX ? realloc($g_items, ($g_cap + @GROW) * sizeof *$moved) : NULL;
if (!$moved)
return 0;
$g_items = $moved;
$g_cap += @GROW;
return 1;
}

@op(add)
{
@fields(add; value:u16)
@refuse(!$f_grow())
$g_items[$g_used].$number = $value;
$g_items[$g_used++].$value = $value ^ @KEY;
@ok;
}

@op(twin)
{
@fields(twin; from:u8, times:u8)
@guard
@{@<struct $t_item *$p = $g_items + $from;
@|struct $t_item $node;
@>
@refuse($from >= $g_used)
@<@|$node = $g_items[$from];
@>while ($times-- > 0) {
@refuse(!$f_grow())
$g_items[$g_used++] = @<*$p@|$node@>;
}@|@<const unsigned *$p;
@|unsigned $b;
@>
@refuse($from >= $g_used)
@<$p = &$g_items[$from].$value;
@|$b = $g_items[$from].$value;
@>for (; $times > 0; $times--) {
@refuse(!$f_grow())
$g_items[$g_used].$number = $times;
$g_items[$g_used++].$value = @<*$p@|$b@>;
}@}
@ok;
}

@op(sum)
{
@fields(sum; amount:u8)
unsigned $acc = $amount;

@each($i, $g_used)
$acc += $g_items[$i].$value ^ $g_items[$i].$number;
printf("@{%u@|sum %u@|= %u@}\n", $acc);
@ok;
}
