using Raft;

namespace Raft.Service_1;

/// <summary>
/// The replicated state: how many there are of each item. Each node has its own, and applies the same commands in the same
/// order. It needs no locks, and must depend on nothing but the commands: no clock, no random numbers, no hash order.
/// </summary>
public sealed class InventoryMachine()
    : StateMachine<Change, ItemCount>(Codec.Json(InventoryJson.Default.Change), Codec.Json(InventoryJson.Default.ItemCount))
{
    private static readonly ICodec<Dictionary<string, long>> StateCodec = Codec.Json(InventoryJson.Default.DictionaryStringInt64);

    private Dictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>All items, in a fixed order, for tests.</summary>
    public string Digest => string.Join(", ", _counts.OrderBy(each => each.Key, StringComparer.Ordinal));

    /// <summary>Looks up an item.</summary>
    public ItemCount Find(string item) => new(item, _counts.GetValueOrDefault(item));

    /// <summary>Applies a command. A rejection comes before any change.</summary>
    protected override ItemCount Apply(Change command, in CommandContext context)
    {
        long count = _counts.GetValueOrDefault(command.Item);
        if (count + command.By < 0)
        {
            throw new CommandRejectedException($"There are only {count} of '{command.Item}'.");
        }

        _counts[command.Item] = count + command.By;
        return Find(command.Item);
    }

    /// <summary>Copies the state, because later commands change it.</summary>
    protected override ISnapshotCapture Capture() =>
        SnapshotCapture.Of(new Dictionary<string, long>(_counts, StringComparer.Ordinal), StateCodec);

    /// <summary>Replaces the state. The comparer is set again, because JSON does not contain it.</summary>
    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
        _counts = new Dictionary<string, long>(
            await SnapshotCapture.ReadAsync(snapshot, StateCodec, cancellationToken).ConfigureAwait(false), StringComparer.Ordinal);
}
