static char *$g_title;
static size_t $g_size;

@op(set)
{
@fields(set; text:bytes)
@guard
char *$buf;

@refuse($text_n == 0 || $text_n > @MAX)
$buf = malloc(@<@{($text_n + @UNIT - 1) / @UNIT * @UNIT@|@UNIT * (($text_n + (@UNIT - 1)) / @UNIT)@}@|@{($text_n + @UNIT) / @UNIT * @UNIT@|@UNIT * (1 + $text_n / @UNIT)@}@>);
@refuse(!$buf)
@{memcpy($buf, $text, $text_n);@|@each($i, $text_n)
$buf[$i] = (char)$text[$i];@}
$buf[$text_n] = '\0';
free($g_title);
$g_title = $buf;
$g_size = $text_n;
@ok;
}

@op(show)
{
@fields(show; width:u8)
@refuse(!$g_title)
printf("@{%.*s %zu@|%.*s, %zu@|\"%.*s\" %zu@}\n", (int)$width, $g_title, $g_size);
@ok;
}
