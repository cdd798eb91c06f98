static uint8_t *$g_items[@CAP];
static size_t $g_size[@CAP];

@op(fill)
{
@fields(fill; place:u8, text:bytes)
@guard
@refuse($place >= @CAP)
@{free($g_items[$place]);
@<@|$g_items[$place] = NULL;
@>if ($text_n > @MAX) {
printf("@{%u stays empty@|no room in %u@|%u is too long@}\n", $place);
@ok;
}@|if ($text_n > @MAX || $text_n < 1) {
free($g_items[$place]);
@<@|$g_items[$place] = NULL;
@>puts("@{refused@|left out@|not kept@}");
@ok;
}
free($g_items[$place]);@}
$g_items[$place] = malloc($text_n + 1);
@refuse(!$g_items[$place])
memcpy($g_items[$place], $text, $text_n);
$g_size[$place] = $text_n;
@ok;
}

@op(drop)
{
@fields(drop; number:u8)
@refuse($number >= @CAP)
free($g_items[$number]);
$g_items[$number] = NULL;
printf("@{%zu@|%zu bytes less@|freed %zu@}\n", $g_size[$number]);
$g_size[$number] = 0;
@ok;
}
