using System.Text.Json.Serialization;

namespace KeyValueService;

/// <summary>
/// A command that clients propose. Commands stay in the log, so old ones must stay readable: add kinds and optional properties,
/// and never change the meaning of an existing one.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "do")]
[JsonDerivedType(typeof(Put), "put")]
[JsonDerivedType(typeof(Delete), "delete")]
internal abstract record KeyValueCommand(string Key);

/// <summary>Sets a key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">Its new value.</param>
/// <param name="IfVersion">The version that the key must have; 0 for a key that must not exist; null for any.</param>
internal sealed record Put(string Key, string Value, long? IfVersion = null) : KeyValueCommand(Key);

/// <summary>Removes a key, if it has the given version.</summary>
internal sealed record Delete(string Key, long? IfVersion = null) : KeyValueCommand(Key);

/// <summary>The value of a key, and its version.</summary>
/// <param name="Value">The value.</param>
/// <param name="Version">The index in the log at which it was set. It is the same on every node, and never repeats.</param>
internal sealed record Entry(string Value, long Version);

/// <summary>The result of a command.</summary>
/// <param name="Entry">The entry of the key after the command; null if the key does not exist.</param>
internal sealed record Answer(Entry? Entry);

/// <summary>The code that System.Text.Json generates for the encoded types.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KeyValueCommand))]
[JsonSerializable(typeof(Answer))]
[JsonSerializable(typeof(Dictionary<string, Entry>))]
[JsonSerializable(typeof(NodeView))]
internal sealed partial class KeyValueJson : JsonSerializerContext;
