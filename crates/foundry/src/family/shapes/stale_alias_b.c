struct $t_item {
struct $t_item *$next;
unsigned $number;
};

static struct $t_item *$g_head, *$g_tail;

@op(push)
{
@fields(push; value:u16)
@guard
struct $t_item *$node = calloc(1, sizeof *$node);

@refuse(!$node)
$node->$number = $value;
@{if ($g_tail)
$g_tail->$next = $node;
else
$g_head = $node;@|if (!$g_tail) {
$g_head = $node;
} else {
$g_tail->$next = $node;
}@}
$g_tail = $node;
@ok;
}

@op(pop)
{
@fields(pop; count:u8)
while ($count > 0 && $g_head) {
struct $t_item *$moved = $g_head;

$g_head = $moved->$next;
@<@|@{if (!$g_head)
$g_tail = NULL;@|if ($g_tail == $moved)
$g_tail = NULL;@}
@>printf("@{%u@|out %u@|- %u@}\n", $moved->$number);
free($moved);
$count--;
}
@refuse($count > 0)
@ok;
}
