namespace Raft.Storage.Files.Tests.Log;

public sealed class EntryWindowTests
{
    private readonly EntryWindow _window = new();

    [Fact]
    public void Window_AfterRandomCalls_HasWhatAListHas()
    {
        Random random = new(7);
        SortedDictionary<long, LogEntry> expected = [];
        long first = 1;
        for (int i = 0; i < 10_000; i++)
        {
            switch (random.Next(4))
            {
                case 0:
                    long through = random.NextInt64(_window.First - 1, _window.Last + 2);
                    _window.RemoveThrough(through);
                    Remove(expected, index => index <= through);
                    first = Math.Max(first, Math.Min(through, _window.Last) + 1);
                    break;
                case 1 when random.Next(10) == 0:
                    first = random.NextInt64(1, 50);
                    _window.Restart(first);
                    expected.Clear();
                    break;
                default:
                    long from = random.NextInt64(Math.Max(1, _window.First - 2), _window.Last + 3);
                    bool restarts = from < _window.First || from > _window.Last + 1;
                    LogEntry[] entries = [.. Enumerable.Range(0, random.Next(5)).Select(_ => Entry(random.Next()))];
                    _window.Write(from, entries);
                    Remove(expected, index => restarts || index >= from);
                    first = restarts ? from : first;
                    for (int k = 0; k < entries.Length; k++)
                    {
                        expected[from + k] = entries[k];
                    }

                    break;
            }

            Assert.Equal(first, _window.First);
            Assert.Equal(first + expected.Count - 1, _window.Last);
            long start = random.NextInt64(_window.First, _window.Last + 2);
            Assert.Equal(expected.Where(pair => pair.Key >= start).Select(pair => pair.Value), _window.Read(start, new ReadLimit(100_000, 1 << 30)));
        }
    }

    [Fact]
    public void Read_WithALimit_EndsWithinARun()
    {
        _window.Write(1, new[] { Entry(1), Entry(2) });
        _window.Write(3, new[] { Entry(3), Entry(4) });

        Assert.Equal([Entry(2), Entry(3)], _window.Read(2, new ReadLimit(2, 100)));
        Assert.Equal([Entry(1), Entry(2), Entry(3)], _window.Read(1, new ReadLimit(9, 3)));
        Assert.Equal([Entry(1)], _window.Read(1, new ReadLimit(9, 0)));
    }

    private static void Remove(SortedDictionary<long, LogEntry> entries, Func<long, bool> condition)
    {
        foreach (long index in entries.Keys.Where(condition).ToArray())
        {
            entries.Remove(index);
        }
    }

    private static LogEntry Entry(int term) => new(term, EntryKind.Command, Payload, DateTimeOffset.UnixEpoch);

    private static ReadOnlyMemory<byte> Payload { get; } = new byte[] { 1 };
}
