using Raft;
using ReplicatedLog;
using Spectre.Console;

CommandLine commandLine = CommandLine.Parse(args);
if (commandLine.Error is { } error)
{
    Console.Error.WriteLine(error);
    Console.Error.WriteLine();
    Console.Error.WriteLine(CommandLine.Usage);
    return 2;
}

if (commandLine.Help)
{
    Console.WriteLine(CommandLine.Usage);
    return 0;
}

// Nothing in the story should ever take long. If something does, say so and leave, instead of hanging for ever.
TimeSpan watchdog = TimeSpan.FromSeconds(60);
try
{
    Cluster cluster = new(commandLine.Transport);
    if (commandLine.Interactive)
    {
        return await new InteractiveSession(cluster).RunAsync() ? 0 : 1;
    }

    Task<bool> story = new Story(cluster).TellAsync();
    if (await Task.WhenAny(story, Task.Delay(watchdog)) != story)
    {
        return Fail($"The story is not over after {watchdog.TotalSeconds:0} s, so something hangs.");
    }

    return await story ? 0 : 1;
}
catch (Exception exception) when (exception is RaftException or TimeoutException or InvalidOperationException)
{
    return Fail($"{exception.GetType().Name}: {exception.Message}");
}

static int Fail(string message)
{
    AnsiConsole.MarkupLineInterpolated($"[red]{message}[/]");
    return 1;
}
