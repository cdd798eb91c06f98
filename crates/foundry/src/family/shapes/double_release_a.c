static char *$g_items[@CAP];

static char *$f_make(const char *$p, size_t $size)
{
char *$buf = malloc($size + 1);

if ($buf) {
memcpy($buf, $p, $size);
$buf[$size] = '\0';
}
return $buf;
}

@op(add)
{
@fields(add; place:u8, text:bytes)
@refuse($place >= @CAP || $g_items[$place])
$g_items[$place] = $f_make((const char *)$text, $text_n);
@refuse(!$g_items[$place])
@ok;
}

@op(share)
{
@fields(share; from:u8, into:u8)
@guard
@refuse($from >= @CAP || $into >= @CAP || !$g_items[$from] || $g_items[$into])
@<$g_items[$into] = $g_items[$from];@|$g_items[$into] = $f_make($g_items[$from], strlen($g_items[$from]));
@refuse(!$g_items[$into])@>
@ok;
}

@op(drop)
{
@fields(drop; number:u8)
@refuse($number >= @CAP || !$g_items[$number])
free($g_items[$number]);
$g_items[$number] = NULL;
printf("@{%u@|gone %u@|- %u@}\n", $number);
@ok;
}
