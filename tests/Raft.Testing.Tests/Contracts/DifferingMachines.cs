using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Raft.Testing.Tests.Contracts;

/// <summary>
/// Machines that are the same on every node as far as two instances in one process show. A command is a key, its result a text.
/// </summary>
internal abstract class Keeper() : StateMachine<string, string>(Codec.Utf8, Codec.Utf8)
{
    private SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public string Digest => string.Join(", ", _counts);

    /// <summary>What it answers in addition to the count.</summary>
    protected abstract string Answer(string key, in CommandContext context);

    protected override string Apply(string command, in CommandContext context)
    {
        long count = _counts.GetValueOrDefault(command) + 1;
        _counts[command] = count;
        return $"{count} {Answer(command, in context)}";
    }

    protected override ISnapshotCapture Capture() => SnapshotCapture.Of(
        string.Join('\n', _counts.Select(static each => string.Create(CultureInfo.InvariantCulture, $"{each.Key}={each.Value}"))),
        Codec.Utf8);

    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        string text = await SnapshotCapture.ReadAsync(snapshot, Codec.Utf8, cancellationToken);
        _counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int end = line.LastIndexOf('=');
            _counts.Add(line[..end], long.Parse(line[(end + 1)..], CultureInfo.InvariantCulture));
        }
    }
}

/// <summary>
/// Nothing is wrong with it: hash codes only where a dictionary needs them, an iterator, a record, and the time of the log.
/// </summary>
internal sealed class RightKeeper : Keeper
{
    private readonly Dictionary<Slot, int> _slots = [];

    protected override string Answer(string key, in CommandContext context)
    {
        Slot slot = new(key, context.Time.Hour);
        _slots[slot] = _slots.GetValueOrDefault(slot) + 1;
        return string.Join(' ', Letters(key).Order());
    }

    private static IEnumerable<char> Letters(string key)
    {
        foreach (char letter in key)
        {
            yield return letter;
        }
    }

    private readonly record struct Slot(string Key, int Hour);
}

internal sealed class HourOfTheClock : Keeper
{
    protected override string Answer(string key, in CommandContext context) => $"{DateTime.Now.Hour / 2}";
}

internal sealed class DateOfTheClock : Keeper
{
    protected override string Answer(string key, in CommandContext context) => $"{DateTime.Today.DayOfYear}";
}

internal sealed class ExpiryByTheClock : Keeper
{
    private readonly Dictionary<string, DateTime> _until = [];

    protected override string Answer(string key, in CommandContext context)
    {
        bool isNew = _until.TryAdd(key, DateTime.UtcNow.AddHours(8));
        return isNew || _until[key] > DateTime.UtcNow ? "kept" : "expired";
    }
}

internal sealed class HoursSinceTheStart : Keeper
{
    protected override string Answer(string key, in CommandContext context) => $"{Environment.TickCount64 / 3_600_000_000}";
}

internal sealed class ZoneOfTheMachine : Keeper
{
    protected override string Answer(string key, in CommandContext context) => $"{new DateTimeOffset(context.Time.DateTime).Offset.Hours}";
}

internal sealed class NameOfTheMachine : Keeper
{
    private readonly string _name = Environment.MachineName;

    protected override string Answer(string key, in CommandContext context) => _name;
}

internal sealed class NumberOfTheProcess : Keeper
{
    protected override string Answer(string key, in CommandContext context) => $"{Environment.ProcessId}";
}

internal sealed class WorkingDirectory : Keeper
{
    protected override string Answer(string key, in CommandContext context) => Path.GetFullPath("data");
}

internal sealed class NumberOfProcessors : Keeper
{
    private readonly int _parts = Environment.ProcessorCount;

    protected override string Answer(string key, in CommandContext context) => $"{context.Index % (_parts + 1)}";
}

internal sealed class NameOfTheUser : Keeper
{
    protected override string Answer(string key, in CommandContext context) => Environment.GetEnvironmentVariable("USER") ?? "nobody";
}

internal sealed class OrderOfAnImmutableSet : Keeper
{
    private ImmutableHashSet<string> _keys = [];

    protected override string Answer(string key, in CommandContext context)
    {
        _keys = _keys.Add($"{key} {context.Index % 7}");
        return _keys.First();
    }
}

internal sealed class OrderOfAHashtable : Keeper
{
    private readonly Hashtable _keys = [];

    protected override string Answer(string key, in CommandContext context)
    {
        _keys[$"{key} {context.Index % 7}"] = context.Index;
        return (string)_keys.Keys.Cast<object>().First();
    }
}

internal sealed class HashCodeOfAKey : Keeper
{
    protected override string Answer(string key, in CommandContext context) => $"{key.GetHashCode(StringComparison.Ordinal) & 7}";
}

internal sealed class SumOfAParallelLoop : Keeper
{
    protected override string Answer(string key, in CommandContext context)
    {
        double sum = 0;
        Lock mutex = new();
        Parallel.For(0, 4, i =>
        {
            lock (mutex)
            {
                sum += i;
            }
        });
        return sum.ToString(CultureInfo.InvariantCulture);
    }
}

internal sealed class ChanceThatIsRare : Keeper
{
    protected override string Answer(string key, in CommandContext context) => Random.Shared.NextDouble() < 1e-12 ? "won" : "lost";
}

internal sealed class IdThatNobodySees : Keeper
{
    private readonly Dictionary<string, Guid> _ids = [];

    protected override string Answer(string key, in CommandContext context) => _ids.TryAdd(key, Guid.NewGuid()) ? "new" : "known";
}

/// <summary>The clock where it is not in the open.</summary>
internal sealed class HiddenClock : Keeper
{
    private static readonly int StartedAt = DateTime.UtcNow.Year;

    private readonly IWatch[] _watches = [new Watch()];

    private interface IWatch
    {
        int Look();
    }

    protected override string Answer(string key, in CommandContext context)
    {
        Func<int> lambda = static () => DateTime.UtcNow.Year;
        bool all = StartedAt + lambda() + _watches[0].Look() + Years().Sum() + YearAsync().Result + Generic<int>.Year() + Local() > 0;
        return $"{all}";

        static int Local() => DateTime.UtcNow.Year;
    }

    private static IEnumerable<int> Years()
    {
        yield return DateTime.UtcNow.Year;
    }

    private static async Task<int> YearAsync()
    {
        await Task.CompletedTask;
        return DateTime.UtcNow.Year;
    }

    private sealed class Watch : IWatch
    {
        public int Look() => DateTime.UtcNow.Year;
    }

    private sealed class Generic<T>
    {
        public static int Year() => typeof(T) == typeof(int) ? DateTime.UtcNow.Year : 0;
    }
}

/// <summary>Keys without regard to case, until they are restored: System.Text.Json makes a dictionary with the default comparer.</summary>
internal sealed class LostComparer() : StateMachine<string, string>(Codec.Utf8, Codec.Utf8)
{
    private Dictionary<string, int> _counts = new(StringComparer.OrdinalIgnoreCase);

    protected override string Apply(string command, in CommandContext context) =>
        $"{_counts[command] = _counts.GetValueOrDefault(command) + 1}";

    protected override ISnapshotCapture Capture() =>
        SnapshotCapture.Of(new ReadOnlyMemory<byte>(JsonSerializer.SerializeToUtf8Bytes(_counts)), Codec.Bytes);

    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
        _counts = (await JsonSerializer.DeserializeAsync<Dictionary<string, int>>(snapshot, options: null, cancellationToken))!;
}

/// <summary>The first of a queue, until it is restored: a copy has the default comparer, and the answers show only the count.</summary>
internal sealed class LostComparerOfAQueue : Keeper
{
    private PriorityQueue<string, string> _queue = new(StringComparer.Ordinal);

    public int Count => _queue.Count;

    protected override string Answer(string key, in CommandContext context)
    {
        _queue.Enqueue(key, key);
        return "queued";
    }

    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        await base.RestoreAsync(snapshot, cancellationToken);
        _queue = new PriorityQueue<string, string>();
    }
}

/// <summary>Dictionaries in a tuple, and in the items of a queue.</summary>
internal sealed class LostComparerOfAPart(bool isInQueue) : Keeper
{
    private readonly PriorityQueue<Dictionary<string, int>, long> _queue = new();

    private (Dictionary<string, int> First, int Number) _pair = (new(StringComparer.Ordinal), 1);

    public int Count => _queue.Count + _pair.Number;

    protected override string Answer(string key, in CommandContext context)
    {
        if (_queue.Count == 0)
        {
            _queue.Enqueue(new(StringComparer.OrdinalIgnoreCase), 1);
        }

        return "kept";
    }

    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        await base.RestoreAsync(snapshot, cancellationToken);
        _queue.Enqueue(new(isInQueue ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase), 1);
        _pair = (new(isInQueue ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase), 1);
    }
}

/// <summary>The oldest of a set, as it seems: once a key was removed, a set that was restored has another order.</summary>
internal sealed class OrderOfASet() : StateMachine<string, string>(Codec.Utf8, Codec.Utf8)
{
    private HashSet<string> _keys = [];

    protected override string Apply(string command, in CommandContext context)
    {
        if (!_keys.Add(command))
        {
            _keys.Remove(command);
        }

        return _keys.FirstOrDefault("none");
    }

    protected override ISnapshotCapture Capture() =>
        SnapshotCapture.Of(
            new ReadOnlyMemory<byte>(JsonSerializer.SerializeToUtf8Bytes(_keys.Order(StringComparer.Ordinal))), Codec.Bytes);

    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
        _keys = (await JsonSerializer.DeserializeAsync<HashSet<string>>(snapshot, options: null, cancellationToken))!;
}
