using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Raft.Tests.Node;

/// <summary>Records the messages that nodes log, of all categories.</summary>
internal sealed class RecordingLoggerFactory : ILoggerFactory
{
    private readonly FakeLogCollector _collector = new();

    /// <summary>Called with each message, before it is recorded.</summary>
    public Action<FakeLogRecord>? OnWrite { get; set; }

    public IReadOnlyList<FakeLogRecord> All => _collector.GetSnapshot();

    public IEnumerable<string> Lines => All.Select(static record => $"{record.Id.Id} {record.Message}");

    /// <summary>The event ids of messages at Information and above.</summary>
    public IEnumerable<int> Ids => All.Where(static record => record.Level >= LogLevel.Information).Select(static record => record.Id.Id);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public ILogger CreateLogger(string categoryName) => new Relay(this, new FakeLogger(_collector, categoryName));

    /// <summary>The messages with an event id.</summary>
    public FakeLogRecord[] Of(int id) => [.. All.Where(record => record.Id.Id == id)];

    public static string? Value(FakeLogRecord record, string name) => record.GetStructuredStateValue(name);

    public void Clear() => _collector.Clear();

    public void Dispose()
    {
        // nothing to release
    }

    private sealed class Relay(RecordingLoggerFactory factory, FakeLogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (factory.OnWrite is not null)
            {
                FakeLogger single = new();
                single.Log(logLevel, eventId, state, exception, formatter);
                factory.OnWrite(single.LatestRecord);
            }

            inner.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
