struct $t_small {
unsigned $kind;
unsigned $number;
};

struct $t_large {
unsigned $kind;
unsigned $units[@UNITS];
};

static struct $t_small *$g_items[@CAP];

static struct $t_small *$f_make(unsigned $width)
{
struct $t_small *$node = calloc(1, $width ? sizeof(struct $t_large) : sizeof *$node);

if ($node)
$node->$kind = $width;
return $node;
}

@op(add)
{
@fields(add; place:u8, height:u8)
@refuse($place >= @CAP || $height > 1 || $g_items[$place])
$g_items[$place] = $f_make($height);
@refuse(!$g_items[$place])
@ok;
}

@op(turn)
{
@fields(turn; into:u8, height:u8)
@guard
@refuse($into >= @CAP || $height > 1 || !$g_items[$into])
@<$g_items[$into]->$kind = $height;@|@{free($g_items[$into]);
$g_items[$into] = $f_make($height);
@refuse(!$g_items[$into])@|if ($g_items[$into]->$kind != $height) {
free($g_items[$into]);
$g_items[$into] = $f_make($height);
@refuse(!$g_items[$into])
}@}@>
@ok;
}

@op(set)
{
@fields(set; from:u8, column:u8, value:u16)
struct $t_small *$p;

@refuse($from >= @CAP || !$g_items[$from] || $column >= @UNITS)
$p = $g_items[$from];
if ($p->$kind)
((struct $t_large *)$p)->$units[$column] = $value;
else
$p->$number = $value;
printf("@{%u %u@|set %u, %u@|%u=%u@}\n", $p->$kind, $p->$number);
@ok;
}
