using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
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

// The program's own host has the services that all nodes share. Each node gets a host of its own, in Replica, so that it can stop
// and start alone, like a process. Warnings are part of the demonstration, except on a screen that redraws itself.
LogLevel logLevel = commandLine.Interactive ? LogLevel.Error : LogLevel.Warning;
HostApplicationBuilder builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(logLevel);
builder.Services.AddSingleton<InProcessNetwork>(_ => commandLine.Transport switch
{
    TransportKind.Dictionary => new InMemoryNetwork(),
    _ => new ChannelNetwork(),
});
builder.Services.AddSingleton(provider => new Cluster(provider.GetRequiredService<InProcessNetwork>(), logLevel, commandLine.Data));
builder.Services.AddSingleton<EarlierRuns>();
builder.Services.AddSingleton<Story>();
builder.Services.AddSingleton<InteractiveSession>();

using IHost host = builder.Build();
await host.StartAsync();

// A step that takes too long is an error: report it, and end the process.
TimeSpan watchdog = commandLine.Interactive ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(60);
CancellationToken interrupted = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
Task<bool> running = Task.Run(() => commandLine.Interactive // on another thread, because input may block it
    ? host.Services.GetRequiredService<InteractiveSession>().RunAsync()
    : host.Services.GetRequiredService<Story>().RunAsync());
try
{
    return await running.WaitAsync(watchdog, interrupted) ? 0 : 1;
}
catch (TimeoutException) when (!running.IsCompleted)
{
    return Fail($"The demonstration has not ended after {watchdog.TotalSeconds:0} s, so something hangs.");
}
catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
{
    return Fail("Interrupted.");
}
catch (Exception exception) when (exception is RaftException or TimeoutException or InvalidOperationException or IOException)
{
    return Fail($"{exception.GetType().Name}: {exception.Message}");
}

static int Fail(string message)
{
    AnsiConsole.MarkupLineInterpolated($"[red]{message}[/]");
    return 1;
}
