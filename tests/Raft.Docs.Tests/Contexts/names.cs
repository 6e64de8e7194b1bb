using System.Text.Json.Serialization;
using Raft;

[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(List<string>))]
internal sealed partial class NamesJson : JsonSerializerContext;

// snippet
