using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Raft.Testing;

/// <summary>The comparers of all collections that the fields of an object lead to.</summary>
[UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "A field that was trimmed holds nothing.")]
[UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "A collection without its comparer is left out.")]
internal sealed class ComparerSearch
{
    private const int MaximumDepth = 8;
    private const int ItemsLookedAt = 200;

    private readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);
    private readonly SortedDictionary<string, string> _found = new(StringComparer.Ordinal);

    /// <summary>Describes them, by the name of the field.</summary>
    public static SortedDictionary<string, string> In(object machine)
    {
        ComparerSearch comparers = new();
        comparers.Visit(machine, machine.GetType().Name, depth: 0);
        return comparers._found;
    }

    private void Visit(object? value, string path, int depth)
    {
        if (value is null or string or Delegate or Type or Stream or Task || depth > MaximumDepth
            || value.GetType() is { IsPrimitive: true } or { IsEnum: true } || !_seen.Add(value))
        {
            return;
        }

        Type type = value.GetType();
        if (value is ITuple parts)
        {
            for (int i = 0; i < parts.Length; i++)
            {
                Visit(parts[i], $"{path}.Item{i + 1}", depth + 1);
            }

            return;
        }

        if (IsOfDotNet(type))
        {
            VisitOfDotNet(value, type, path, depth);
            return;
        }

        for (Type? each = type; each is not null && !IsOfDotNet(each); each = each.BaseType)
        {
            foreach (FieldInfo field in each.GetFields(
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                Visit(field.GetValue(value), $"{path}.{NameOf(field)}", depth + 1);
            }
        }
    }

    /// <summary>A collection; others, such as a lock or a logger, have nothing to look at. A priority queue cannot be enumerated.</summary>
    private void VisitOfDotNet(object value, Type type, string path, int depth)
    {
        PropertyInfo? property = type.GetProperty("Comparer") ?? type.GetProperty("KeyComparer");
        if (property is not null)
        {
            _found.TryAdd(path, Describe(property.GetValue(value)));
        }

        if ((value as IEnumerable ?? type.GetProperty("UnorderedItems")?.GetValue(value) as IEnumerable) is not { } items)
        {
            return;
        }

        foreach (object? item in items.Cast<object?>().Take(ItemsLookedAt))
        {
            Type? itemType = item?.GetType();
            if (itemType is { IsGenericType: true } && itemType.GetGenericTypeDefinition() == typeof(KeyValuePair<,>))
            {
                Visit(itemType.GetProperty("Value")?.GetValue(item), $"{path}[...]", depth + 1);
            }
            else
            {
                Visit(item, $"{path}[...]", depth + 1);
            }
        }
    }

    /// <summary>A comparer by what it does: the ordinal one and the default one of texts are the same for a hash table.</summary>
    private static string Describe(object? comparer)
    {
        if (comparer is IEqualityComparer<string?> texts)
        {
            if (StringComparer.IsWellKnownOrdinalComparer(texts, out bool ignoresCase))
            {
                return ignoresCase ? "StringComparer.OrdinalIgnoreCase" : "StringComparer.Ordinal";
            }

            if (StringComparer.IsWellKnownCultureAwareComparer(texts, out CompareInfo? culture, out CompareOptions options))
            {
                return $"the culture '{culture!.Name}', {options}";
            }
        }

        Type? type = comparer?.GetType();
        return type is null || (IsOfDotNet(type) && type.Name.Contains("EqualityComparer", StringComparison.Ordinal))
            ? "the default comparer"
            : ReferenceEquals(comparer, Comparer<string>.Default) ? "the culture of the thread" : type.Name;
    }

    private static bool IsOfDotNet(Type type) =>
        type.Namespace is { } space && (space == "System" || space.StartsWith("System.", StringComparison.Ordinal)
            || space.StartsWith("Microsoft.", StringComparison.Ordinal));

    /// <summary>The field of a property is named after it.</summary>
    private static string NameOf(FieldInfo field)
    {
        string name = field.Name;
        int end = name.IndexOf('>', StringComparison.Ordinal);
        return name.StartsWith('<') && end > 1 ? name[1..end] : name;
    }
}
