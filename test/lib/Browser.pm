# A headless Chromium that tests open pages in, spoken to through the DevTools protocol over a pipe: messages in JSON, each ended by a zero byte.
package Browser;
use strict;
use warnings;
use Fcntl qw(F_DUPFD);
use File::Temp;
use IO::Select;
use JSON::PP;
use MIME::Base64;
use POSIX ();
use Time::HiRes qw(time);

my $patience = 60;

# Starts the browser; undef where there is none.
sub start
{
	my ($class) = @_;
	my ($program) = grep { -x } map { "$_/chromium" } split /:/, $ENV{PATH};
	return unless $program;
	my $self = bless { number => 0, event => [], unread => '', folder => File::Temp->newdir('abie-browser-XXXXXX', TMPDIR => 1) }, $class;
	pipe(my $command_out, my $command_in) or die "pipe: $!";
	pipe(my $answer_out, my $answer_in) or die "pipe: $!";
	$self->{pid} = fork // die "fork: $!";
	if (!$self->{pid})
	{
		# Chromium reads commands from descriptor 3 and answers on 4: both are copied out of the way first
		my ($command, $answer) = (fcntl($command_out, F_DUPFD, 20), fcntl($answer_in, F_DUPFD, 20));
		POSIX::dup2($command, 3);
		POSIX::dup2($answer, 4);
		POSIX::close($_) for grep { $_ > 4 } $command, $answer;
		open(STDOUT, '>', '/dev/null');
		open(STDERR, '>', "$self->{folder}/log");
		# the sandbox needs rights that a test's user may not have; pages are the test's own
		exec $program, '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-extensions', '--disable-background-networking',
		  '--disable-component-update', '--hide-scrollbars', '--host-resolver-rules=MAP * ~NOTFOUND', "--user-data-dir=$self->{folder}/profile", '--remote-debugging-pipe', 'about:blank'
		  or POSIX::_exit(127);
	}
	close $command_out;
	close $answer_in;
	binmode $_ for $command_in, $answer_out;
	$command_in->autoflush(1);
	@$self{ 'in', 'out' } = ($command_in, $answer_out);
	my $target = $self->call('Target.createTarget', { url => 'about:blank' })->{targetId};
	$self->{session} = $self->call('Target.attachToTarget', { targetId => $target, flatten => JSON::PP::true })->{sessionId};
	$self->call("$_.enable") for qw(Page Runtime Log Network);
	return $self;
}

sub read_message
{
	my ($self) = @_;
	my $give_up = time + $patience;
	my $end;
	until (($end = index($self->{unread}, "\0")) >= 0)
	{
		IO::Select->new($self->{out})->can_read($give_up - time) or die "the browser did not answer within $patience s\n";
		sysread($self->{out}, $self->{unread}, 1 << 20, length $self->{unread}) or die 'the browser ended: ' . do { local (@ARGV, $/) = "$self->{folder}/log"; <> };
	}
	return decode_json(substr($self->{unread}, 0, $end + 1, '') =~ s/\0$//r);
}

# Result of a method of the protocol; events that come meanwhile are kept.
sub call
{
	my ($self, $method, $parameters) = @_;
	my $number = ++$self->{number};
	print { $self->{in} } encode_json({ id => $number, method => $method, params => $parameters // {}, $self->{session} ? (sessionId => $self->{session}) : () }), "\0";
	while (1)
	{
		my $message = $self->read_message;
		if (($message->{id} // 0) == $number)
		{
			die "$method: $message->{error}{message}\n" if $message->{error};
			return $message->{result};
		}
		push @{ $self->{event} }, $message if $message->{method};
	}
}

sub set_width
{
	my ($self, $width) = @_;
	$self->call('Emulation.setDeviceMetricsOverride', { width => $width, height => 900, deviceScaleFactor => 1, mobile => $width < 600 ? JSON::PP::true : JSON::PP::false });
	return;
}

# Opens a file and waits until it is loaded. Returns what it asked for besides itself, and what was written to the console.
sub open_file
{
	my ($self, $file, $width) = @_;
	$self->set_width($width);
	$self->{event} = [];
	my $problem = $self->call('Page.navigate', { url => "file://$file" })->{errorText};
	die "$file: $problem\n" if $problem;
	push @{ $self->{event} }, $self->read_message until grep { $_->{method} eq 'Page.loadEventFired' } @{ $self->{event} };
	my @asked = grep { $_ ne "file://$file" && $_ !~ /^data:/ } map { $_->{params}{request}{url} } grep { $_->{method} eq 'Network.requestWillBeSent' } @{ $self->{event} };
	my @said = map { encode_json($_->{params}) } grep { $_->{method} =~ /^(?:Runtime\.consoleAPICalled|Runtime\.exceptionThrown|Log\.entryAdded|Page\.javascriptDialogOpening)$/ } @{ $self->{event} };
	return (\@asked, \@said);
}

# Value of a JavaScript expression in the page, waited for where it is a promise.
sub evaluate
{
	my ($self, $expression) = @_;
	my $result = $self->call('Runtime.evaluate', { expression => $expression, returnByValue => JSON::PP::true, awaitPromise => JSON::PP::true });
	die 'JavaScript: ' . encode_json($result->{exceptionDetails}) . "\n" if $result->{exceptionDetails};
	return $result->{result}{value};
}

sub save
{
	my ($path, $base64) = @_;
	open(my $file, '>:raw', $path) or die "$path: $!\n";
	print $file decode_base64($base64);
	close($file) or die "$path: $!\n";
	return;
}

# The whole page as a PNG.
sub picture
{
	my ($self, $path) = @_;
	save($path, $self->call('Page.captureScreenshot', { format => 'png', captureBeyondViewport => JSON::PP::true,
		clip => { x => 0, y => 0, width => $self->evaluate('document.documentElement.clientWidth'), height => $self->evaluate('document.documentElement.scrollHeight'), scale => 1 } })->{data});
	return;
}

# The page as it is printed.
sub print_to
{
	my ($self, $path) = @_;
	save($path, $self->call('Page.printToPDF', { preferCSSPageSize => JSON::PP::true, printBackground => JSON::PP::true })->{data});
	return;
}

sub stop
{
	my ($self) = @_;
	return unless $self->{pid};
	# ends all of its processes
	eval { $self->call('Browser.close') };
	waitpid $self->{pid}, 0;
	delete $self->{pid};
	return;
}

sub DESTROY
{
	my ($self) = @_;
	local ($?, $@);
	$self->stop;
	return;
}

1;
