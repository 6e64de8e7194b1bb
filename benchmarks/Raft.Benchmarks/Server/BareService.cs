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
        Store store = new();
        new KeyValueEndpoints(new RaftNode("n1"), store, store, [], Timeout.InfiniteTimeSpan).Map(app.MapGroup(""));
        await app.StartAsync();
        Console.WriteLine(url);
        _ = EndOfInput.CallAsync(app.Lifetime.StopApplication);
        await app.WaitForShutdownAsync();
        return 0;
    }

    /// <summary>Does with a command what the state machine does, and nothing else.</summary>
    private sealed class Store : IProposer<KeyValueCommand, Answer>, IReader<IKeyLookup>, IKeyLookup
    {
        private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
        private long _index;

        public ValueTask<Answer> ProposeAsync(KeyValueCommand command, CancellationToken cancellationToken = default)
        {
            if (command is Put put)
            {
                _entries[put.Key] = new Entry(put.Value, Interlocked.Increment(ref _index));
            }

            return ValueTask.FromResult(Find(command.Key));
        }

        public ValueTask<T> ReadAsync<T>(
            Func<IKeyLookup, T> query, ReadConsistency consistency = default, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(query(this));

        public Answer Find(string key) => new(_entries.GetValueOrDefault(key));
    }
}
