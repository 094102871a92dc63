# What the tests read of Markdown: blocks of code, headings and links as GitHub makes anchors of them, lines.
package Markdown;
use strict;
use warnings;

# Blocks of code: language and text.
sub blocks
{
	my ($markdown) = @_;
	my @block;
	push @block, { language => $1, text => $2 } while $markdown =~ /^```(\w*)\n(.*?)^```$/msg;
	return @block;
}

sub prose
{
	my ($markdown) = @_;
	return $markdown =~ s/^```\w*\n.*?^```$//msgr;
}

# Anchors of a page's headings; of headings alike the second has -1.
sub anchors
{
	my ($markdown) = @_;
	my (%anchor, %count);
	for my $heading (prose($markdown) =~ /^#+ (.*)$/mg)
	{
		my $slug = lc($heading) =~ s/[^\w\- ]//gr =~ s/ /-/gr;
		$anchor{ $count{$slug} ? "$slug-$count{$slug}" : $slug } = 1;
		$count{$slug}++;
	}
	return \%anchor;
}

# A path without its .. parts.
sub resolved
{
	my ($path) = @_;
	1 while $path =~ s{(?:^|(?<=/))[^/.][^/]*/\.\./}{};
	return $path;
}

# Links of pages (text by path from root) to what is not there.
sub broken_links
{
	my ($root, $text) = @_;
	my @broken;
	for my $page (sort keys %$text)
	{
		my ($folder) = $page =~ m{^(.*/)?};
		for my $link (grep { !/^\w+:/ } prose($text->{$page}) =~ /\]\(([^()\s]+)\)/g)
		{
			my ($path, $anchor) = $link =~ /^([^#]*)(?:#(.*))?$/;
			my $target = $path eq '' ? $page : resolved(($folder // '') . $path);
			next if -e "$root/$target" && (!defined $anchor || $text->{$target} && anchors($text->{$target})->{$anchor});
			push @broken, "$page: $link";
		}
	}
	return @broken;
}

sub wide_lines
{
	my ($page, $markdown) = @_;
	my $looked_at = $markdown =~ s/^```text\n.*?^```$//msgr =~ s/^\|.*$//mgr;
	return map { "$page: $_" } grep { length(s/\t/    /gr) > 150 } split /\n/, $looked_at;
}

1;
