static char $g_cells[@CAP];
static size_t $g_current;

@op(move)
{
@fields(move; column:u8)
@refuse($column > @CAP)
$g_current = $column;
@ok;
}

@op(draw)
{
@fields(draw; count:u8, value:u8)
@guard
@refuse($count > @CAP@<@| - $g_current@>)
@{memset($g_cells + $g_current, (int)(' ' + $value % 90), $count);
$g_current += $count;@|while ($count > 0) {
$g_cells[$g_current++] = (char)(' ' + $value % 90);
$count--;
}@}
@ok;
}

@op(print)
{
@fields(print; width:u8)
@refuse($width > @CAP)
@each($i, $width)
putchar($g_cells[$i] ? $g_cells[$i] : '.');
putchar('\n');
@ok;
}
