using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Raft.Analyzers.StateMachines;

/// <summary>Finds the field of its own instance that an expression names, or a part of which it names.</summary>
internal static class OwnField
{
    /// <summary>The field of an expression that is a field, or an auto property, of this instance.</summary>
    public static IFieldSymbol? Direct(IOperation? operation) => Unwrap(operation) switch
    {
        IFieldReferenceOperation { Instance: IInstanceReferenceOperation } reference => reference.Field.OriginalDefinition,
        IPropertyReferenceOperation { Instance: IInstanceReferenceOperation } reference => BackingField(reference.Property),
        _ => null,
    };

    /// <summary>The field at the start of a chain of members and elements, such as _accounts in _accounts[name].Balance.</summary>
    public static IFieldSymbol? Root(IOperation? operation)
    {
        for (IOperation? part = Unwrap(operation); part is not null; part = Unwrap(InstanceOf(part)))
        {
            if (Direct(part) is { } field)
            {
                return field;
            }
        }

        return null;
    }

    /// <summary>The expression before the last dot or bracket.</summary>
    public static IOperation? InstanceOf(IOperation operation) => operation switch
    {
        IFieldReferenceOperation field => field.Instance,
        IPropertyReferenceOperation property => property.Instance,
        IArrayElementReferenceOperation element => element.ArrayReference,
        IImplicitIndexerReferenceOperation element => element.Instance,
        IConditionalAccessOperation conditional => conditional.Operation,
        IConditionalAccessInstanceOperation inner => Receiver(inner),
        _ => null,
    };

    public static IOperation? Unwrap(IOperation? operation)
    {
        while (true)
        {
            switch (operation)
            {
                case IConversionOperation { OperatorMethod: null } conversion:
                    operation = conversion.Operand;
                    break;
                case IParenthesizedOperation parenthesized:
                    operation = parenthesized.Operand;
                    break;
                default:
                    return operation;
            }
        }
    }

    /// <summary>The field of an auto property; null for any other property.</summary>
    public static IFieldSymbol? BackingField(IPropertySymbol property)
    {
        property = property.OriginalDefinition;
        foreach (ISymbol member in property.ContainingType.GetMembers())
        {
            if (member is IFieldSymbol { AssociatedSymbol: { } associated } field
                && SymbolEqualityComparer.Default.Equals(associated, property))
            {
                return field;
            }
        }

        return null;
    }

    /// <summary>What stands before the question mark.</summary>
    private static IOperation? Receiver(IConditionalAccessInstanceOperation inner)
    {
        for (IOperation? outer = inner.Parent; outer is not null; outer = outer.Parent)
        {
            if (outer is IConditionalAccessOperation conditional && conditional.WhenNotNull.Syntax.Span.Contains(inner.Syntax.Span.Start))
            {
                return conditional.Operation;
            }
        }

        return null;
    }
}
