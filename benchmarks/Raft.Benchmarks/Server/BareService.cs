using System.Collections.Concurrent;
using KeyValueService;
using KeyValueService.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Raft.Benchmarks.Server;

/// <summary>The process of <see cref="BareServer"/>.</summary>
internal static class BareService
{
    /// <summary>The argument that starts it.</summary>
    public const string Command = "serve-bare";

    public static async Task<int> RunAsync(string url)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        KeyValueHost.AddServices(builder);
        await using WebApplication app = builder.Build();
        new KeyValueEndpoints(new RaftNode("n1"), new Store(), []).Map(app.MapGroup(""));
        await app.StartAsync();
        Console.WriteLine(url);
        _ = EndOfInput.CallAsync(app.Lifetime.StopApplication);
        await app.WaitForShutdownAsync();
        return 0;
    }

    /// <summary>Does with a command what the state machine does, and nothing else.</summary>
    private sealed class Store : IProposer<KeyValueCommand, Answer>
    {
        private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
        private long _index;

        public ValueTask<Answer> ProposeAsync(KeyValueCommand command, CancellationToken cancellationToken = default)
        {
            if (command is Put put)
            {
                _entries[put.Key] = new Entry(put.Value, Interlocked.Increment(ref _index));
            }

            return ValueTask.FromResult(new Answer(_entries.GetValueOrDefault(command.Key)));
        }
    }
}
