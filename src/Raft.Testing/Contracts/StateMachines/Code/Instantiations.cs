using System.Reflection;

namespace Raft.Testing;

/// <summary>
/// Decides which instantiations of generic methods are read. A method that calls itself with larger type arguments has infinitely many.
/// </summary>
internal sealed class Instantiations
{
    /// <summary>How many instantiations of a method are read. If there are more, the method is reported once.</summary>
    public const int MostOfAMethod = 2_000;

    /// <summary>
    /// How many generic types and arrays the type arguments of a method and its type may be made of, if that method was read in several
    /// smaller sizes before: it grows by recursion then, and has shown what it does. Any other method may be larger.
    /// </summary>
    private const int LargestOfRecursion = 32;

    private const int SizesOfRecursion = 4;

    private readonly Dictionary<(Module Module, int Token), Seen> _seen = [];
    private readonly Dictionary<Type, int> _sizes = [];

    public enum Admission
    {
        /// <summary>It is read.</summary>
        Read,

        /// <summary>It repeats what was read.</summary>
        Repeated,

        /// <summary>The first instantiation beyond the limit.</summary>
        TooMany,
    }

    /// <summary>Decides whether to read a method. Call it once for each method.</summary>
    public Admission Admit(MethodBase method)
    {
        Type[] methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : [];
        int size = SizeOf(method.DeclaringType!) + methodArguments.Sum(SizeOf);
        if (size == 0 && methodArguments.Length == 0)
        {
            return Admission.Read;
        }

        (Module, int) definition = (method.Module, method.MetadataToken);
        if (!_seen.TryGetValue(definition, out Seen? seen))
        {
            _seen.Add(definition, seen = new Seen());
        }

        if (size > LargestOfRecursion && seen.Sizes.Count >= SizesOfRecursion)
        {
            return Admission.Repeated;
        }

        seen.Sizes.Add(size);
        seen.Count++;
        return seen.Count <= MostOfAMethod ? Admission.Read
            : seen.Count == MostOfAMethod + 1 ? Admission.TooMany
            : Admission.Repeated;
    }

    /// <summary>How many generic types and arrays a type is made of: 2 for a list of lists, and for an array of lists of numbers.</summary>
    private int SizeOf(Type type)
    {
        if (!_sizes.TryGetValue(type, out int size))
        {
            size = type.GetElementType() is { } element
                ? 1 + SizeOf(element)
                : type.IsGenericType ? 1 + type.GetGenericArguments().Sum(SizeOf) : 0;
            _sizes.Add(type, size);
        }

        return size;
    }

    private sealed class Seen
    {
        public HashSet<int> Sizes { get; } = [];

        public int Count { get; set; }
    }
}
