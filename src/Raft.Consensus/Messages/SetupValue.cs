namespace Raft;

/// <summary>An option of a node, or its version, as text: what <see cref="SetupReplyMessage"/> reports to other members.</summary>
/// <param name="Name">The name of the option.</param>
/// <param name="Value">Its value.</param>
public readonly record struct SetupValue(string Name, string Value);
