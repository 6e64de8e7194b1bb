namespace Raft.Analyzers.Tests.Verification;

/// <summary>
/// Source code around what a test is about. A marked place, such as {|RAFT0001:...|}, must be reported, and no other may be.
/// </summary>
internal static class Code
{
    private const string Usings = """
        #nullable enable
        using System;
        using System.Collections;
        using System.Collections.Concurrent;
        using System.Collections.Frozen;
        using System.Collections.Generic;
        using System.Collections.Immutable;
        using System.Diagnostics;
        using System.Globalization;
        using System.IO;
        using System.Linq;
        using System.Net.Http;
        using System.Text;
        using System.Threading;
        using System.Threading.Tasks;
        using Microsoft.Extensions.Logging;
        using Raft;


        """;

    /// <summary>A state machine whose Apply has a body, with other members.</summary>
    public static string Apply(string body, string members = "", string types = "") => Machine(
        $$"""
        protected override long Apply(string command, in CommandContext context)
            {
                {{body}}
            }

            {{members}}
        """,
        types);

    /// <summary>
    /// Several state machines, one for each body of Apply: compiling them together takes a fraction of the time. They have the members in
    /// common.
    /// </summary>
    public static string Bodies(string members, params string[] bodies) => Usings + string.Join("\n", bodies.Select((body, number) =>
        $$"""
        public sealed class Bank{{number}}() : StateMachine<string, long>(Codec.Utf8, Codec.Int64)
        {
            protected override long Apply(string command, in CommandContext context)
            {
                {{body}}
            }

            {{members}}
        }
        """));

    /// <summary>A state machine with the members given.</summary>
    public static string Machine(string members, string types = "") => Usings +
        $$"""
        public sealed class Bank() : StateMachine<string, long>(Codec.Utf8, Codec.Int64)
        {
            {{members}}
        }

        {{types}}
        """;

    /// <summary>Types of any kind.</summary>
    public static string Types(string types) => Usings + types;
}
