using System.Globalization;
using Raft;

namespace KeyValueService;

/// <summary>
/// The replicated state. Each node has its own, and applies the same commands in the same order. It needs no locks: one command
/// is applied at a time, and <see cref="RaftNode.ReadAsync"/> reads between two of them.
/// </summary>
internal sealed class KeyValueStore()
    : StateMachine<KeyValueCommand, Answer>(Codec.Json(KeyValueJson.Default.KeyValueCommand), Codec.Json(KeyValueJson.Default.Answer)),
        IKeyLookup, IStateDigest
{
    private static readonly ICodec<Dictionary<string, Entry>> StateCodec = Codec.Json(KeyValueJson.Default.DictionaryStringEntry);

    private Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private RollingDigest _digest;

    /// <summary>The nodes compare it, so that a store that is not deterministic is noticed.</summary>
    public ulong? Digest => _digest.Value;

    public Answer Find(string key) => new(_entries.GetValueOrDefault(key));

    protected override Answer Apply(KeyValueCommand command, in CommandContext context)
    {
        switch (command)
        {
            case Put put:
                CheckVersion(put.Key, put.IfVersion);
                Set(put.Key, new Entry(put.Value, context.Index));
                break;
            case Delete delete:
                CheckVersion(delete.Key, delete.IfVersion);
                Set(delete.Key, entry: null);
                break;
        }

        return Find(command.Key);
    }

    /// <summary>Copies the dictionary, because later commands change it. The entries in it never change.</summary>
    protected override ISnapshotCapture Capture() => SnapshotCapture.Of(new Dictionary<string, Entry>(_entries), StateCodec);

    /// <summary>
    /// Replaces the state. The comparer is set again, because JSON does not contain it. The digest follows from the entries, in any order.
    /// </summary>
    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        Dictionary<string, Entry> entries = await SnapshotCapture.ReadAsync(snapshot, StateCodec, cancellationToken);
        _entries = new Dictionary<string, Entry>(StringComparer.Ordinal);
        _digest = default;
        foreach ((string key, Entry entry) in entries)
        {
            Set(key, entry);
        }
    }

    /// <summary>Sets or removes an entry. The digest changes with the entries, and nowhere else.</summary>
    private void Set(string key, Entry? entry)
    {
        if (_entries.Remove(key, out Entry? former))
        {
            _digest.Remove(key, Text(former));
        }

        if (entry is not null)
        {
            _entries.Add(key, entry);
            _digest.Add(key, Text(entry));
        }
    }

    private static string Text(Entry entry) => string.Create(CultureInfo.InvariantCulture, $"{entry.Version} {entry.Value}");

    /// <summary>Compares the version within the command that changes the key, so no other change can come in between.</summary>
    private void CheckVersion(string key, long? expected)
    {
        long actual = Find(key).Entry?.Version ?? 0;
        if (expected is not null && expected != actual)
        {
            throw new CommandRejectedException(actual == 0 ? $"The key '{key}' does not exist." : $"The key '{key}' has version {actual}.");
        }
    }
}
