static char *$g_title;
static size_t $g_size;

@op(set)
{
@fields(set; text:bytes)
char *$buf = malloc($text_n + 1);

@refuse(!$buf)
memcpy($buf, $text, $text_n);
free($g_title);
$g_title = $buf;
$g_size = $text_n;
@ok;
}

@op(skip)
{
@fields(skip; count:u8)
@guard
@refuse(!$g_title || $count > $g_size)
@<$g_title += $count;@|memmove($g_title, $g_title + $count, $g_size - $count);@>
$g_size -= $count;
@ok;
}

@op(drop)
{
@fields(drop; kind:u8)
@refuse(!$g_title)
printf("@{%u %zu@|%u left %zu@|(%u) %zu@}\n", $kind, $g_size);
free($g_title);
$g_title = NULL;
$g_size = 0;
@ok;
}
