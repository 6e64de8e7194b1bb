using System.Text.Json.Serialization;

namespace Raft.Service_1;

/// <summary>
/// The command: changes how many there are of an item. Commands stay in the log, so old ones must stay readable: add optional
/// properties, and never change the meaning of an existing one.
/// </summary>
/// <param name="Item">The item.</param>
/// <param name="By">How many more; below zero for fewer.</param>
public sealed record Change(string Item, long By);

/// <summary>The result of a command: how many there are now.</summary>
public sealed record ItemCount(string Item, long Count);

/// <summary>The code that System.Text.Json generates for what is encoded.</summary>
[JsonSerializable(typeof(Change))]
[JsonSerializable(typeof(ItemCount))]
[JsonSerializable(typeof(Dictionary<string, long>))]
internal sealed partial class InventoryJson : JsonSerializerContext;
