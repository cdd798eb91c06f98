union $t_load {
unsigned long $number;
char *$p;
};

struct $t_item {
unsigned $kind;
union $t_load $value;
};

static struct $t_item $g_items[@CAP];

@op(note)
{
@fields(note; place:u8, text:bytes)
char *$buf;

@refuse($place >= @CAP || $g_items[$place].$kind == 2)
$buf = malloc($text_n + 1);
@refuse(!$buf)
memcpy($buf, $text, $text_n);
$buf[$text_n] = '\0';
$g_items[$place].$kind = 2;
$g_items[$place].$value.$p = $buf;
@ok;
}

@op(raise)
{
@fields(raise; into:u8, amount:u32)
@guard
@refuse($into >= @CAP)
@<@{if ($g_items[$into].$kind < 2)
$g_items[$into].$kind = 1;@|if (!$g_items[$into].$kind)
$g_items[$into].$kind = 1;@}@|@{if ($g_items[$into].$kind == 2)
free($g_items[$into].$value.$p);
$g_items[$into].$kind = 1;@|@refuse($g_items[$into].$kind == 2)
$g_items[$into].$kind = 1;@}@>
$g_items[$into].$value.$number = $amount;
@ok;
}

@op(show)
{
@fields(show; from:u8)
@refuse($from >= @CAP || $g_items[$from].$kind == 0)
if ($g_items[$from].$kind == 1)
printf("%lu", $g_items[$from].$value.$number);
else
for (const char *$to = $g_items[$from].$value.$p; *$to; $to++)
putchar(*$to);
putchar('\n');
@ok;
}
