using System.Collections.Immutable;
using System.Globalization;
using Raft;

internal sealed class Bank() : StateMachine<string, long>(Codec.Utf8, Codec.Int64)
{
// snippet
}
