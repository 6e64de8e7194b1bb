using Raft;

namespace KeyValueService;

/// <summary>
/// The replicated state. Each node has one of its own, and applies the same commands to it in the same order. No locks:
/// one command is applied at a time, and <see cref="RaftNode.ReadAsync"/> reads between two of them.
/// </summary>
internal sealed class KeyValueStore()
    : StateMachine<KeyValueCommand, Answer>(Codec.Json(KeyValueJson.Default.KeyValueCommand), Codec.Json(KeyValueJson.Default.Answer))
{
    private Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Looks a key up.</summary>
    public Answer Find(string key) => new(_entries.GetValueOrDefault(key));

    protected override Answer Apply(KeyValueCommand command, in CommandContext context)
    {
        switch (command)
        {
            case Put put:
                CheckVersion(put.Key, put.IfVersion);
                _entries[put.Key] = new Entry(put.Value, context.Index);
                break;
            case Delete delete:
                CheckVersion(delete.Key, delete.IfVersion);
                _entries.Remove(delete.Key);
                break;
        }

        return Find(command.Key);
    }

    /// <summary>A snapshot stands for the log before it. Later commands change the dictionary, so this is a copy; the entries in it never change.</summary>
    protected override ISnapshotCapture Capture() => SnapshotCapture.Of(new Dictionary<string, Entry>(_entries, _entries.Comparer), Codec.Json(KeyValueJson.Default.DictionaryStringEntry));

    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
        _entries = await SnapshotCapture.ReadAsync(snapshot, Codec.Json(KeyValueJson.Default.DictionaryStringEntry), cancellationToken);

    /// <summary>To compare and to set is one command: nothing comes between.</summary>
    private void CheckVersion(string key, long? expected)
    {
        long actual = Find(key).Entry?.Version ?? 0;
        if (expected is not null && expected != actual)
        {
            throw new CommandRejectedException(actual == 0 ? $"The key '{key}' does not exist." : $"The key '{key}' has version {actual}.");
        }
    }
}
