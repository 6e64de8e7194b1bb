using System.Text.Json.Serialization;

namespace KeyValueService;

/// <summary>
/// What clients propose. Commands stay in the log, so what was once written must stay readable: add kinds and optional
/// properties, and never change the meaning of one.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "do")]
[JsonDerivedType(typeof(Put), "put")]
[JsonDerivedType(typeof(Delete), "delete")]
[JsonDerivedType(typeof(Get), "get")]
internal abstract record KeyValueCommand(string Key);

/// <summary>Sets a key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">Its new value.</param>
/// <param name="IfVersion">The version that the key must have; 0 for a key that must not exist; null for any.</param>
internal sealed record Put(string Key, string Value, long? IfVersion = null) : KeyValueCommand(Key);

/// <summary>Removes a key, if it has a version.</summary>
internal sealed record Delete(string Key, long? IfVersion = null) : KeyValueCommand(Key);

/// <summary>Reads a key in its turn, after all that was acknowledged before it was asked for.</summary>
internal sealed record Get(string Key) : KeyValueCommand(Key);

/// <summary>What a key holds.</summary>
/// <param name="Value">The value.</param>
/// <param name="Version">Where in the log it was set, which is the same number on every node and never comes twice.</param>
internal sealed record Entry(string Value, long Version);

/// <summary>What a command results in.</summary>
/// <param name="Entry">What the key holds after it; null if it does not exist.</param>
internal sealed record Answer(Entry? Entry);

/// <summary>System.Text.Json's generated code for all that is encoded here.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KeyValueCommand))]
[JsonSerializable(typeof(Answer))]
[JsonSerializable(typeof(Dictionary<string, Entry>))]
[JsonSerializable(typeof(NodeView))]
internal sealed partial class KeyValueJson : JsonSerializerContext;
