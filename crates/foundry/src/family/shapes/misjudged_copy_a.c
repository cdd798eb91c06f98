static char $g_title[@WIDE];

@op(set)
{
@fields(set; text:bytes)
@refuse($text_n @{>= sizeof $g_title@|> @WIDE - 1@|>= @WIDE@})
memcpy($g_title, $text, $text_n);
$g_title[$text_n] = '\0';
@ok;
}

@op(show)
{
@fields(show; width:u8, text:bytes)
@guard
char $line[@CAP];

@refuse($text_n @<@{>= sizeof $g_title@|> @WIDE - 1@|>= @WIDE@}@|@{>= sizeof $line@|> @CAP - 1@|>= @CAP@}@>)
memcpy($line, $text, $text_n);
$line[$text_n] = '\0';
printf("@{%s of %s, %u@|%s/%s:%u@|[%s] [%s] %u@}\n", $line, $g_title, $width);
@ok;
}
