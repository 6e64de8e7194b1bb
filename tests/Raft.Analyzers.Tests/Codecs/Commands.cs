using System.Collections.Immutable;

namespace Raft.Analyzers.Tests.Codecs;

/// <summary>The commands of a bank, as the first version of a program has them.</summary>
[RaftCommand]
internal abstract partial record BankCommand(string Account);

[RaftCommand(1)]
internal sealed record Deposit(string Account, long Amount) : BankCommand(Account);

[RaftCommand(2)]
internal sealed record Withdraw(string Account, long Amount) : BankCommand(Account);

/// <summary>The same in a later version, with a member and a type more.</summary>
[RaftCommand]
internal abstract partial record LaterBankCommand(string Account);

[RaftCommand(1, Name = "Deposit")]
internal sealed record LaterDeposit(
    string Account, long Amount, [property: Since(2)] string? Reason = null, [property: Since(3)] int Priority = 5)
    : LaterBankCommand(Account);

[RaftCommand(2, Name = "Withdraw")]
internal sealed record LaterWithdraw(string Account, long Amount) : LaterBankCommand(Account);

[RaftCommand(3, Name = "Close")]
internal sealed record Close(string Account) : LaterBankCommand(Account);

/// <summary>A result, with nested types, structs and properties that are set.</summary>
[RaftCommand]
internal sealed partial record Statement(string Account, Money Balance)
{
    public IReadOnlyList<Money> Recent { get; init; } = [];

    public Money? Limit { get; init; }

    public BankCommand? Last { get; init; }

    public int Lines => Recent.Count;
}

[RaftCommand]
internal readonly partial record struct Money(decimal Amount, Currency Currency);

internal enum Currency : byte
{
    Euro,
    Dollar = 200,
}

/// <summary>One member of each supported type.</summary>
[RaftCommand]
internal sealed partial class Everything
{
    public bool Flag { get; init; }

    public byte Byte { get; init; }

    public sbyte SByte { get; init; }

    public short Short { get; init; }

    public ushort UShort { get; init; }

    public int Int { get; init; }

    public uint UInt { get; init; }

    public long Long { get; init; }

    public ulong ULong { get; init; }

    public char Letter { get; init; }

    public float Single { get; init; }

    public double Double { get; init; }

    public decimal Decimal { get; init; }

    public required string Text { get; init; }

    public string? Missing { get; init; }

    public int? Number { get; init; }

    public Guid Id { get; init; }

    public DateTime Time { get; init; }

    public DateTimeOffset Moment { get; init; }

    public TimeSpan Duration { get; init; }

    public DateOnly Date { get; init; }

    public TimeOnly TimeOfDay { get; init; }

    public byte[] Bytes { get; init; } = [];

    public ReadOnlyMemory<byte> Memory { get; init; }

    public DayOfWeek Day { get; init; }

    public string[] Array { get; init; } = [];

    public List<int[]> Lists { get; init; } = [];

    public ImmutableArray<string?> Immutable { get; init; } = [];

    public Dictionary<string, long> Map { get; init; } = [];

    public SortedDictionary<DayOfWeek, List<string>> Sorted { get; init; } = [];

    public IReadOnlyDictionary<Guid, Money>? Rates { get; init; }
}

internal static partial class Outer
{
    /// <summary>Within another type, and without members.</summary>
    [RaftCommand(Version = 4)]
    internal sealed partial record Marker;
}

/// <summary>Values that contain values of their own type.</summary>
[RaftCommand]
internal sealed partial record Node(int Value, Node? Next);

[RaftCommand]
internal sealed partial record Tree(List<Tree> Children);

/// <summary>Elements that take much more memory than the one byte of a missing one.</summary>
[RaftCommand]
internal readonly partial record struct Wide(decimal A, decimal B, decimal C, decimal D, decimal E, decimal F, decimal G, decimal H);

[RaftCommand]
internal sealed partial record WideList(List<Wide?> Items);

/// <summary>A type that is not sealed, and one that adds something to it.</summary>
[RaftCommand]
internal partial record Plain(int X);

internal sealed record Extended(int X, int Y) : Plain(X);

/// <summary>A member that a later version has added to the base of several commands.</summary>
[RaftCommand]
internal abstract partial record UntracedCommand(string Account);

[RaftCommand(1, Name = "Pay")]
internal sealed record UntracedPay(string Account, long Amount) : UntracedCommand(Account);

[RaftCommand]
internal abstract partial record TracedCommand(string Account, [Since(2)] string? Trace = null, [Since(3)] int Priority = 5);

[RaftCommand(1, Name = "Pay")]
internal sealed record TracedPay(string Account, string? Trace, int Priority, long Amount) : TracedCommand(Account, Trace, Priority);

/// <summary>An array that a later version has added.</summary>
[RaftCommand]
internal sealed partial record Order(int Number);

[RaftCommand]
internal sealed partial record LaterOrder(int Number, [property: Since(2)] ImmutableArray<string> Lines = default);
