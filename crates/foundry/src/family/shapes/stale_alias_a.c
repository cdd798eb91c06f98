struct $t_item {
unsigned $number;
unsigned $hash;
};

static struct $t_item *$g_items[@CAP];
static struct $t_item *$g_current;

@op(add)
{
@fields(add; place:u8, value:u16)
struct $t_item *$node;

@refuse($place >= @CAP || $g_items[$place])
$node = malloc(sizeof *$node);
@refuse(!$node)
$node->$number = $value;
$node->$hash = $value * @MUL;
$g_items[$place] = $node;
@ok;
}

@op(pick)
{
@fields(pick; place:u8)
@refuse($place >= @CAP || !$g_items[$place])
$g_current = $g_items[$place];
@ok;
}

@op(drop)
{
@fields(drop; place:u8, kind:u8)
@guard
@refuse($place >= @CAP || !$g_items[$place])
if ($kind == @KEY) {
@<@|@{if ($g_current == $g_items[$place])
$g_current = NULL;@|$g_current = $g_current == $g_items[$place] ? NULL : $g_current;@}
@>free($g_items[$place]);
$g_items[$place] = NULL;
} else {
$g_items[$place]->$number = 0;
}
@ok;
}

@op(show)
{
@fields(show; amount:u8)
@refuse(!$g_current)
printf("@{%u %u@|at %u, %u@|%u/%u@}\n", $g_current->$number + $amount, $g_current->$hash);
@ok;
}
